// Amazon, the backend and the page, as far as a test wants them: everything is recorded, and
// nothing answers by itself.

let installed;

/** A page with all containers, Amazon's objects, and a fetch whose replies wait for the test. */
export function install() {
  uninstall();
  const page = document.createElement("div");
  page.innerHTML =
    '<div id="pay"></div><div id="odd.id:x" style="height: 240px"></div>' +
    '<div id="cards" style="height: 240px"></div>' +
    '<button id="place"></button><p id="status"></p>';
  document.body.append(page);
  const fake = {
    page,
    clientIds: [],
    buttons: [],
    sessions: [],
    useCookie: [],
    logouts: 0,
    addressBooks: [],
    wallets: [],
    requests: [],
    reported: [],
    fetch: window.fetch,
    reportError: window.reportError,
  };
  const widget = (list) =>
    function (options) {
      list.push(options);
      this.bind = (container) =>
        Object.assign(this, { container: (options.container = container) });
    };
  window.amazon = {
    Login: {
      setClientId: (id) => fake.clientIds.push(id),
      setUseCookie: (on) => fake.useCookie.push(on),
      authorize: (options, next) => fake.sessions.push({ options, next }),
      logout: () => {
        fake.logouts += 1;
      },
    },
  };
  window.OffAmazonPayments = {
    Button: (container, sellerId, options) => fake.buttons.push({ container, sellerId, options }),
    Widgets: { AddressBook: widget(fake.addressBooks), Wallet: widget(fake.wallets) },
  };
  window.fetch = (url, options) =>
    new Promise((resolve, reject) => {
      fake.requests.push({ url, options, resolve, reject });
    });
  window.reportError = (error) => fake.reported.push(error);
  installed = fake;
  return fake;
}

export function uninstall() {
  sessionStorage.clear();
  localStorage.clear();
  if (!installed) return;
  installed.page.remove();
  window.fetch = installed.fetch;
  window.reportError = installed.reportError;
  delete window.amazon;
  delete window.OffAmazonPayments;
  installed = undefined;
}

export const options = (more) => ({
  environment: "sandbox",
  region: "us",
  clientId: "amzn1.application-oa2-client.1",
  sellerId: "A2EXAMPLE",
  button: "#pay",
  addressBook: document.getElementById("odd.id:x") ?? "#missing",
  wallet: "#cards",
  placeOrder: "#place",
  status: "#status",
  backend: "/amazon-pay",
  // A runner's window may be small.
  popup: "always",
  ...more,
});

/** Records every event of a checkout. */
export function record(checkout) {
  const events = [];
  checkout.on("*", (name, detail) => events.push({ name, detail }));
  return events;
}

/** Waits until something is true, one task after the other; gives up after a second. */
export async function until(check) {
  for (let tries = 0; tries < 250; tries += 1) {
    const value = check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  throw new Error(`never true: ${check}`);
}

export const reply = (status, body) => new Response(body, { status });

const order = (id) => ({ getAmazonOrderReferenceId: () => id });

/** Drives a checkout to where everything is chosen. */
export async function choose(fake) {
  (await until(() => fake.buttons.at(-1))).options.authorization();
  const { next } = await until(() => fake.sessions.at(-1));
  next({ access_token: "Atza|SECRET", expires_in: 3600 });
  const profile = await until(() => fake.requests.at(-1));
  profile.resolve(reply(200, '{"name":"Ann Example","email":"ann@example.com"}'));
  fake.addressBooks.at(-1).onOrderReferenceCreate(order("S01-1234567-1234567"));
  // The widget itself, as Amazon does.
  fake.addressBooks.at(-1).onAddressSelect({});
  fake.wallets.at(-1).onPaymentSelect({});
}

export { order };

// The content security policies of docs/csp.md. What LanderPay itself asks for comes from the region
// table in Rust; the rest is Amazon's affair, gathered from its own plugins.

const host = (url) => new URL(url).origin;
const unique = (list) => [...new Set(list)];

const SCRIPTS = {
  us: ["https://api-cdn.amazon.com"],
  jp: ["https://*.amazon.co.jp"],
  europe: ["https://eu.account.amazon.com"],
};

// Where a sandbox's host is not known, its domain is allowed.
const WIDGETS = {
  us: {
    live: ["https://payments.amazon.com"],
    sandbox: ["https://payments-sandbox.amazon.com"],
  },
  uk: {
    live: ["https://payments.amazon.co.uk"],
    sandbox: ["https://payments-uk-sandbox.amazon.co.uk"],
  },
  de: { live: ["https://payments.amazon.de"], sandbox: ["https://*.amazon.de"] },
  // As the account's country.
  eur: {
    live: ["de", "fr", "it", "es"].map((country) => `https://payments.amazon.${country}`),
    sandbox: ["de", "fr", "it", "es"].map((country) => `https://*.amazon.${country}`),
  },
  gbp: {
    live: ["https://payments.amazon.co.uk"],
    sandbox: ["https://payments-uk-sandbox.amazon.co.uk"],
  },
  jp: { live: ["https://payments.amazon.co.jp"], sandbox: ["https://*.amazon.co.jp"] },
};

const API = ["https://*.amazonpay.com"];
const IMAGES = [
  "https://*.cloudfront.net",
  "https://*.ssl-images-amazon.com",
  "https://*.media-amazon.com",
];

/** @returns {Record<string, string[]>} what each directive allows */
export function policy(region, environment) {
  const ours = region[environment];
  const widgets = WIDGETS[region.name][environment];
  const scripts = SCRIPTS[region.name] ?? SCRIPTS.europe;
  return {
    "script-src": unique([
      "'self'",
      "'wasm-unsafe-eval'",
      host(ours.widgets),
      ...scripts,
      ...widgets,
    ]),
    "connect-src": ["'self'", host(ours.profile), ...API],
    "frame-src": widgets,
    "form-action": ["'self'", ...widgets],
    "img-src": ["'self'", ...IMAGES],
    "style-src": ["'self'", "'unsafe-inline'"],
  };
}

/** The header as it stands in the documentation: one directive to a line. */
export function headerBlock(region, environment) {
  const lines = Object.entries(policy(region, environment)).map(([name, sources]) =>
    [`  ${name}`, ...sources].join(" "),
  );
  const info = `http check=policy region=${region.name} environment=${environment}`;
  return `\`\`\`${info}\nContent-Security-Policy:\n${lines.join(";\n")}\n\`\`\``;
}

/** Reads such a block. */
export function readHeader(text) {
  const [, directives] = /^Content-Security-Policy:(.*)$/s.exec(text);
  return Object.fromEntries(
    directives.split(";").map((directive) => {
      const [name, ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

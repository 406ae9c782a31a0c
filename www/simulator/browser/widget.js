/** What AddressBook, Wallet and Consent have in common. */
import {
  billingAgreement,
  fillForm,
  orderReference,
  requestToken,
  widgetError,
} from "./contract.js";
import { isFluid, readDesign, sizeLimits } from "./design.js";
import { register } from "./registry.js";
import { onWidgetBound, whenStable } from "./session.js";

const DISPLAY_MODES = ["EDIT", "READ"];

export class Widget {
  constructor(kind, action, options) {
    // The alias is copied into the caller's own object, as observed.
    if (options.merchantId && !options.sellerId) options.sellerId = options.merchantId;
    this.kind = kind;
    this.action = action;
    this.options = options;
    this.onError = options.onError;
    this.contractId = options.amazonOrderReferenceId || options.amazonBillingAgreementId || null;
    this.mark = this.findMark();
    const limits = sizeLimits(kind, options.displayMode);
    this.size = readDesign(options.design, limits, (code, text) => this.reportError(code, text));
    this.renderRequested = false;
    this.id = `OffAmazonPaymentsWidgets${register(this)}`;
  }

  /** A fault that is posted for the server to show, instead of being reported here. */
  findMark() {
    const { sellerId, displayMode, design } = this.options;
    // `null` throws here, as it does in the real constructor.
    const known = displayMode === undefined || DISPLAY_MODES.includes(displayMode.toUpperCase());
    if (!sellerId) return { type: "MissingParameter", name: "sellerId", value: "" };
    if (!known) {
      return { type: "InvalidParameterValue", name: "displayMode", value: displayMode };
    }
    if (design?.size && isFluid(design)) {
      return { type: "InvalidParameterValueSmartPhone", name: "design.size", value: "" };
    }
    if (design?.padding && !design.designMode) {
      return { type: "InvalidParameterValueNonSmartPhone", name: "design.padding", value: "" };
    }
    return undefined;
  }

  /** The result is open to changes: some shops reset `renderRequested` to avoid a second order. */
  bind(id) {
    this.renderRequested = true;
    setTimeout(() => this.build(id));
    return this;
  }

  build(id) {
    const container = findContainer(id);
    if (!container || inForeignFrame()) return;
    container.replaceChildren();
    if (!this.size) return;
    this.buildFrame(container);
    this.render();
    onWidgetBound();
  }

  buildFrame(container) {
    const box = document.createElement("div");
    box.className = "widget-container";
    box.id = this.id;
    const title = document.createElement("h1");
    title.textContent = this.title;
    title.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;margin:0";
    this.frame = document.createElement("iframe");
    this.frame.id = this.frame.name = `${this.id}IFrame`;
    // A page may have both.
    this.frame.title = this.options.displayMode ? `${this.title}, read only` : this.title;
    // Out of the flow, so that in a container without a height there is nothing to be seen.
    this.frame.style.cssText =
      "border:0;position:absolute;top:0;left:0;width:100%;height:100%;visibility:hidden";
    this.frame.setAttribute("onload", "this.style.visibility='visible'");
    Object.assign(box.style, { position: "relative", ...this.size });
    this.form = document.createElement("form");
    this.form.id = `${this.id}Form`;
    this.form.method = "post";
    this.form.target = this.frame.name;
    this.form.action = `${config.base}/gp/widgets/widgets`;
    this.form.hidden = true;
    box.append(title, this.frame);
    container.append(box);
    // Forms cannot be nested, so inside one the hidden form goes behind it.
    const outer = container.closest("form");
    if (!outer) return box.append(this.form);
    const span = document.createElement("span");
    span.append(this.form);
    outer.after(span);
  }

  render() {
    if (!this.form) return;
    requestToken(this.options.scope ?? "payments:widget", ({ value }) => {
      fillForm(this.form, { ...this.fields(), access_token: value });
      whenStable(() => this.submit());
    });
  }

  fields() {
    const { sellerId, agreementType, displayMode, design } = this.options;
    const fields = {
      action: this.action,
      referringURL: top.location.href,
      cartOwnerId: sellerId,
      agreementType,
      displayMode,
      widgetId: this.id,
      widgetWidth: this.size.width,
      widgetHeight: this.size.height,
      widgetDesignMode: design.designMode,
      browserWindowHeight: window.innerHeight,
      clientId: window.amazon?.Login?.getClientId(),
      env: config.sandbox ? "SANDBOX" : "LIVE",
      ledgerCurrency: config.currency,
    };
    if (this.contractId) fields.contractId = this.contractId;
    else if (this.wantsContract()) fields.createContract = true;
    if (this.mark) {
      fields.clientErrorType = this.mark.type;
      fields.clientErrorElementName = this.mark.name;
      fields.clientErrorElementValue = this.mark.value;
    }
    return fields;
  }

  /** A contract is created only for a page that could learn its id. */
  wantsContract() {
    const { onReady, onOrderReferenceCreate, onBillingAgreementCreate } = this.options;
    return [onReady, onOrderReferenceCreate, onBillingAgreementCreate].some(
      (callback) => typeof callback === "function",
    );
  }

  submit() {
    this.submitted = true;
    this.form.submit();
  }

  onContractCreated(id) {
    const { onOrderReferenceCreate, onBillingAgreementCreate } = this.options;
    if (onOrderReferenceCreate !== undefined) onOrderReferenceCreate(orderReference(id));
    if (onBillingAgreementCreate !== undefined) onBillingAgreementCreate(billingAgreement(id));
    this.announceId(id);
  }

  announceId(id) {
    const { onReady } = this.options;
    if (typeof onReady === "function") onReady({ ...orderReference(id), ...billingAgreement(id) });
  }

  /** A collapsible widget opens over the screen, wherever the page had been scrolled to. */
  changeHeight(pixels) {
    const box = this.frame.parentElement;
    const grows = pixels > box.offsetHeight;
    box.style.height = `${pixels}px`;
    if (grows) box.scrollIntoView();
  }

  reportError(code, message) {
    if (this.onError !== undefined) this.onError(widgetError(code, message));
  }

  getContractId() {
    return this.contractId;
  }

  setContractId(id) {
    this.contractId = id;
    return this;
  }

  getID() {
    return this.id;
  }

  getSellerId() {
    return this.options.sellerId;
  }

  getDisplayMode() {
    return this.options.displayMode;
  }
}

/** A container is looked up by jQuery as "#" + id, which decides what fails and how. */
function findContainer(id) {
  if (typeof id !== "string" || id.startsWith("#")) {
    // jQuery 1.4.2 throws its message as a bare text.
    throw `Syntax error, unrecognized expression: #${id}`;
  }
  const name = id.trimEnd();
  return /^[\w-]+$/.test(name) ? document.getElementById(name) : null;
}

function inForeignFrame() {
  try {
    return top.document.domain !== document.domain;
  } catch {
    return true;
  }
}

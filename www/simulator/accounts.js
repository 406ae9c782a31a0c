/**
 * The invented buyers. Each one is a case that breaks naive code; the first is the default.
 *
 * @typedef {{ id: string, name: string, lines: string[] }} Address
 * @typedef {{ id: string, label: string, detail: string }} Card
 * @typedef {object} Account
 * @property {string} userId
 * @property {string} name
 * @property {string} [email] absent for a buyer without one
 * @property {string} [postalCode]
 * @property {string} about the case, in words
 * @property {Address[]} addresses
 * @property {Card[]} cards
 * @property {string} [defaultAddress]
 * @property {string} [defaultCard]
 */

const CARDS = [
  { id: "card-1", label: "Visa ending in 1111", detail: "Expires 09/29" },
  { id: "card-2", label: "Mastercard ending in 4444", detail: "Expires 02/28" },
];

let count = 0;

/** @returns {Account} */
function buyer(name, about, details = {}) {
  count += 1;
  const home = {
    id: "address-1",
    name,
    lines: ["1420 Maple Street", "Portland, OR 97205", "United States"],
  };
  const work = {
    id: "address-2",
    name,
    lines: ["88 Harbor Road, Suite 300", "Seattle, WA 98101", "United States"],
  };
  return {
    userId: `amzn1.account.SIMULATED${String(count).padStart(17, "0")}`,
    name,
    email: `buyer${count}@example.com`,
    postalCode: "97205",
    about,
    addresses: [home, work],
    cards: CARDS,
    defaultAddress: "address-1",
    defaultCard: "card-1",
    ...details,
  };
}

/** @type {Record<string, Account>} */
export const ACCOUNTS = {
  maria: buyer("Maria Bennett", "Two-word name, two addresses, two cards"),
  "one-word": buyer("Anjali", "One-word name"),
  "five-word": buyer("Ana Lucía de la Vega", "Five-word name"),
  "no-email": buyer("Henrik Solberg", "No e-mail address", { email: undefined }),
  rtl: buyer("ليلى حسن", "Name written from right to left"),
  emoji: buyer("Zoë 🦊 Lindqvist", "Accents and an emoji in the name"),
  long: buyer(`Wolfeschlegel ${"Steinhausen".repeat(17).slice(0, 186)}`, "Name of 200 characters"),
  markup: buyer('<img src=x onerror=alert(1)> O\'Neil & "Sons"', "Markup in the name"),
  "no-default": buyer("Thomas Okafor", "No default address and no default card", {
    defaultAddress: undefined,
    defaultCard: undefined,
  }),
};

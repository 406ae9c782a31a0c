/** The option `design`: sizes are texts, are clamped silently, and have no default. */

/** Pixels that the 2018 build accepts; the documents name narrower ranges. */
const LIMITS = {
  edit: { width: [280, 600], height: [228, 400] },
  read: { width: [290, 600], height: [150, 400] },
  consent: { width: [260, 600], height: [135, 150] },
};

/** The height of a collapsed widget in pixels, from the guide. */
export const COLLAPSED_HEIGHT = 135;

/** The modes that know their size by themselves. */
const FLUID = {
  responsive: { width: "100%", height: "100%" },
  smartphoneCollapsible: { width: "100%", height: `${COLLAPSED_HEIGHT}px` },
};

export const isFluid = ({ designMode }) => Object.hasOwn(FLUID, designMode);

export function sizeLimits(kind, displayMode) {
  if (kind === "Consent") return LIMITS.consent;
  return displayMode?.toUpperCase() === "READ" ? LIMITS.read : LIMITS.edit;
}

/**
 * @param {object | undefined} design `null` throws here, which is what the real constructor does
 * @param {{ width: number[], height: number[] }} limits least and most
 * @param {(code: string, message: string) => void} report
 * @returns {{ width: string, height: string } | undefined} CSS sizes; undefined after an error
 */
export function readDesign(design, limits, report) {
  if (design === undefined) {
    report("InvalidParameterValue", "Value  assigned to a parameter design is not valid ");
    return undefined;
  }
  if (isFluid(design)) return FLUID[design.designMode];
  const width = readSize("width", design.size?.width, limits, report);
  const height = readSize("height", design.size?.height, limits, report);
  return width && height ? { width, height } : undefined;
}

function readSize(side, value, limits, report) {
  if (value === undefined) {
    report("MissingParameter", `Required parameter design.${side} is not specified.`);
    return undefined;
  }
  // A number has no toUpperCase: this throws, as observed.
  const pixels = /^(\d+)(?:PX)?$/.exec(value.toUpperCase())?.[1];
  if (pixels === undefined) {
    report(
      "InvalidParameterValue",
      `Value ${value} assigned to a parameter design.${side} is not valid `,
    );
    return undefined;
  }
  const [least, most] = limits[side];
  return `${Math.min(most, Math.max(least, Number(pixels)))}px`;
}

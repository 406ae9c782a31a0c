/** The option `design`: sizes are texts, are clamped silently, and have no default. */

/** Pixels accepted by the 2018 build in edit mode; the documents name narrower ranges. */
const LIMITS = { width: [280, 600], height: [228, 400] };

/**
 * @param {object | undefined} design `null` throws here, which is what the real constructor does
 * @param {(code: string, message: string) => void} report
 * @returns {{ width: string, height: string } | undefined} CSS sizes; undefined after an error
 */
export function readDesign(design, report) {
  if (design === undefined) {
    report("InvalidParameterValue", "Value  assigned to a parameter design is not valid ");
    return undefined;
  }
  if (design.designMode === "responsive") return { width: "100%", height: "100%" };
  const width = readSize("width", design.size?.width, report);
  const height = readSize("height", design.size?.height, report);
  return width && height ? { width, height } : undefined;
}

function readSize(side, value, report) {
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
  const [least, most] = LIMITS[side];
  return `${Math.min(most, Math.max(least, Number(pixels)))}px`;
}

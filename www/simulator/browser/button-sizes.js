/** Width and height in pixels, from the 2018 US build; the guide's tables differ. */
export const BUTTON_SIZES = {
  LwA: { small: [156, 32], medium: [174, 41], large: [312, 64], "x-large": [390, 92] },
  Login: { small: [76, 32], medium: [101, 46], large: [152, 64], "x-large": [202, 92] },
  PwA: { small: [148, 30], medium: [200, 45], large: [296, 60], "x-large": [400, 90] },
  Pay: { small: [72, 30], medium: [90, 45], large: [144, 60], "x-large": [180, 90] },
  A: { small: [32, 32], medium: [46, 46], large: [64, 64], "x-large": [92, 92] },
};

/**
 * How Login with Amazon adds its answer to a return address: by text, not by URL rules. With a hash
 * route (`/#/pay`) the answer therefore lands behind the route.
 *
 * @param {string} url
 * @param {Record<string, string | number | undefined>} answer
 * @param {"query" | "hash"} place
 */
export function appendAnswer(url, answer, place) {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(answer)) {
    if (value !== undefined) fields.set(name, String(value));
  }
  const [path, hash] = url.split(/#(.*)/s);
  const inHash = place === "hash" && hash === undefined;
  const mark = inHash ? "#" : (hash ?? path).includes("?") ? "&" : "?";
  return url + mark + fields;
}

/**
 * The frame whose message Amazon's script is dealing with. It tells the id of a new order reference
 * to every AddressBook of the page, but the message comes out of one of them.
 *
 * @returns {HTMLIFrameElement | undefined} nothing if no frame of this page has spoken
 */
export function speakingFrame() {
  let source = window.event?.source;
  const frames = [...document.getElementsByTagName("iframe")];
  while (source) {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (frame || source === source.parent) return frame;
    source = source.parent;
  }
}

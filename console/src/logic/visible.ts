/** Letters that are not seen, or turn round what follows, as in a name that wants to be taken for another. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A name with these spelled out, as \u202e. */
export function visible(name: string): string {
  return name.replace(UNSEEN, (letter) => (letter === "\n" ? "\\n" : letter === "\r" ? "\\r" : letter === "\t" ? "\\t" : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

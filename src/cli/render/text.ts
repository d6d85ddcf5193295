/**
 * Takes control characters out, so that nothing that a template, an account or a vendor wrote can move the cursor,
 * change colours or hide text on the user's terminal.
 */
export function plain(text: string): string {
  // C0 but tab and newline, DEL, C1, and the characters that turn the direction of writing round.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** JSON text in which C1 control characters are escaped as well. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `1 role`, `2 roles`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Puts spaces before each line. */
export function indent(lines: readonly string[], by: number): readonly string[] {
  const space = ' '.repeat(by);
  return lines.map((line) => (line === '' ? line : space + line));
}

/** A value in one line: strings as they are, everything else as compact JSON. */
export function short(value: unknown): string {
  return plain(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'));
}

/** Joins words with commas into lines that fit the width. */
export function wrapList(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words.map(plain)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= width) lines[lines.length - 1] = `${last}, ${word}`;
    else {
      if (last !== undefined) lines[lines.length - 1] = `${last},`;
      lines.push(word);
    }
  }
  return lines;
}

/** Breaks text between words into lines that fit the width; a word that is longer than a line stays whole. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of plain(text)
    .split(/\s+/)
    .filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

import { headerVariable } from '../template/rules.js';
import { printable } from '../template/text.js';

/** A text in single quotes, in which a POSIX shell expands nothing. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * The request as a curl command for a POSIX shell. A header that the template writes as `$NAME` (also after `Bearer `)
 * stays a reference to the environment; everything else is quoted, whatever a value holds.
 *
 * @param request with all values filled in
 * @param written the headers as the template has them, which alone may name a variable
 */
export function curlOf(request: CurlRequest, written: Readonly<Record<string, string>>): string {
  const words = ['curl', '-sS', '-X', shellQuote(request.method), shellQuote(request.url)];
  for (const [name, value] of Object.entries(request.headers)) {
    const variable = Object.hasOwn(written, name) ? headerVariable(written[name] ?? '') : undefined;
    words.push(
      '-H',
      variable === undefined
        ? shellQuote(`${name}: ${value}`)
        : `${quoted(`${name}: ${variable.before}`)}"$${variable.name}"`,
    );
  }
  if (request.body !== null && request.body !== undefined) {
    words.push('--data', shellQuote(printable(JSON.stringify(request.body))));
  }
  return words.join(' ');
}

/** Text and attribute values of XML 1.0; control characters that XML can't hold become numeric references as S3 does. */
export function escapeXml(text: string): string {
  return /[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)
    ? text.replace(/[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f]/g, (c) => ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16)};`)
    : text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

export type XmlValue = string | number | boolean | undefined | { readonly raw: string } | XmlNode | readonly XmlValue[];
export interface XmlNode {
  readonly [tag: string]: XmlValue;
}

/**
 * Renders plain data as XML: keys are tags, a list repeats its tag, `undefined` is left out, `{raw}` goes in as it is.
 */
export function xml(node: XmlNode): string {
  let out = '';
  for (const tag of Object.keys(node)) out += element(tag, node[tag]);
  return out;
}

function element(tag: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item: XmlValue) => element(tag, item)).join('');
  if (typeof value !== 'object') return `<${tag}>${escapeXml(String(value))}</${tag}>`;
  const raw = (value as { readonly raw?: unknown }).raw;
  return `<${tag}>${typeof raw === 'string' ? raw : xml(value as XmlNode)}</${tag}>`;
}

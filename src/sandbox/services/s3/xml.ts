import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { s3Error } from './errors.js';

/** A piece of XML that is already rendered. */
export interface Xml {
  readonly xml: string;
}

export type Content = Xml | string | number | boolean | undefined | readonly Content[];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map(render).join('');
  if (typeof content === 'object') return (content as Xml).xml;
  return escapeText(String(content));
}

/** One element with its content; text is escaped, `undefined` is nothing. */
export function element(name: string, ...content: readonly Content[]): Xml {
  return { xml: `<${name}>${render(content)}</${name}>` };
}

/** The element, or nothing where the value is undefined. */
export function optional(name: string, value: string | number | boolean | undefined): Xml | undefined {
  return value === undefined ? undefined : element(name, value);
}

/** An element whose attributes are part of the format (`Grantee xsi:type`). */
export function elementWith(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...content: readonly Content[]
): Xml {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(value)}"`);
  return { xml: `<${name}${written.join('')}>${render(content)}</${name}>` };
}

/** A whole document with S3's namespace on its root. */
export function document(name: string, ...content: readonly Content[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementWith(name, { xmlns: NAMESPACE }, ...content).xml}`;
}

/** An element read from a request: text, and children by name in their order. */
export interface ParsedElement {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ParsedElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (point > 0x10ffff) throw s3Error('MalformedXML');
      return String.fromCodePoint(point);
    },
  );
}

type RawNode = Readonly<Record<string, unknown>>;

function toElement(node: RawNode): ParsedElement | undefined {
  const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
  if (name === undefined) return undefined;
  const inner = node[name] as readonly RawNode[];
  const text = inner
    .filter((child) => '#text' in child)
    .map((child) => String(child['#text']))
    .join('');
  const children = inner.map(toElement).filter((child) => child !== undefined);
  return {
    name: name.includes(':') ? name.slice(name.indexOf(':') + 1) : name,
    text: decodeEntities(text),
    attributes: (node[':@'] as Record<string, string> | undefined) ?? {},
    children,
  };
}

/**
 * Reads a request body. Throws S3's MalformedXML where it is no well-formed XML, has a DOCTYPE or another root than `root`.
 */
export function parseXml(body: Buffer, root: string): ParsedElement {
  const text = body.toString('utf8');
  if (text.trim() === '' || text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true)
    throw s3Error('MalformedXML');
  const found = (parser.parse(text) as readonly RawNode[]).map(toElement).find((node) => node !== undefined);
  if (found === undefined || found.name !== root) throw s3Error('MalformedXML');
  return found;
}

/** All children of that name, in order. */
export function childrenOf(parent: ParsedElement, name: string): readonly ParsedElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The first child of that name. */
export function childOf(parent: ParsedElement | undefined, name: string): ParsedElement | undefined {
  return parent?.children.find((child) => child.name === name);
}

/** Text of the first child of that name, undefined where there is none. */
export function textOf(parent: ParsedElement | undefined, name: string): string | undefined {
  return childOf(parent, name)?.text;
}

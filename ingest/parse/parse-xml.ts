import { decodeHTMLStrict } from 'entities';
import { XMLParser } from 'fast-xml-parser';
import { invalid } from './fields.js';

const MAX_DEPTH = 64;
const ATTRIBUTES = ':@';
const TEXT = '#text';
const CDATA = '#cdata';

/** An element, or a piece of text (`name` is empty then). Entities are decoded once; what stood in CDATA is as it came. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

/**
 * Reads XML without a DTD: a DOCTYPE with declarations of its own is refused, so that no entity is ever defined, expanded or fetched.
 * Throws InvalidDocumentError for that, for nesting deeper than 64 and for what is not XML.
 */
export function parseXml(text: string): readonly XmlNode[] {
  if (declaresEntities(text)) {
    throw invalid('feed_doctype', undefined, 'The feed declares entities in a DOCTYPE, which is refused.');
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: false,
    processEntities: false,
    cdataPropName: CDATA,
    textNodeName: TEXT,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: MAX_DEPTH,
  });
  try {
    return nodesOf(parser.parse(text));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 160) : String(cause);
    throw invalid('feed_not_xml', undefined, `The feed is not well-formed XML (${detail}).`);
  }
}

/** True for a DOCTYPE with declarations in brackets, wherever it stands, and for more than a feed can need. */
function declaresEntities(text: string): boolean {
  let count = 0;
  for (const match of text.matchAll(/<!DOCTYPE/gi)) {
    count += 1;
    if (count > 5 || /^[^>]*\[/.test(text.slice(match.index, match.index + 2_000))) return true;
  }
  return false;
}

function nodesOf(value: unknown): readonly XmlNode[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null ? [nodeOf(item as Record<string, unknown>)] : [],
  );
}

function nodeOf(item: Record<string, unknown>): XmlNode {
  const none = { name: '', attributes: {}, children: [], text: '' };
  if (TEXT in item) return { ...none, text: decodeHTMLStrict(String(item[TEXT])) };
  if (CDATA in item) return { ...none, text: rawText(item[CDATA]) };
  const name = Object.keys(item).find((key) => key !== ATTRIBUTES) ?? '';
  return { name, attributes: attributesOf(item[ATTRIBUTES]), children: nodesOf(item[name]), text: '' };
}

function rawText(value: unknown): string {
  if (!Array.isArray(value)) return '';
  return value.map((piece: Record<string, string>) => piece[TEXT] ?? '').join('');
}

function attributesOf(value: unknown): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const [name, text] of Object.entries(value ?? {})) attributes[name] = decodeHTMLStrict(String(text));
  return attributes;
}

/** The children of that name. */
export function childrenNamed(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

/** All text below the node, in order. */
export function textOf(node: XmlNode): string {
  return node.text + node.children.map(textOf).join('');
}

import type { Preview, PreviewProperty, RemoteObject } from './cdp-messages.ts'

const longestString = 10_000
/** Of these the description says all. */
const told = new Set(['error', 'internal#entry', 'date', 'regexp'])

/** A value as a person writes it: texts in quotes, objects with the beginning of what is in them. */
export function shown(object: RemoteObject): string {
  const { type, subtype, value, unserializableValue, description, preview } = object
  if (type === 'string') return quoted(String(value))
  if (unserializableValue !== undefined) return unserializableValue
  if (subtype === 'null') return 'null'
  if (type === 'undefined') return 'undefined'
  if (type === 'function') return functionText(description ?? 'function')
  if (type === 'object' && preview !== undefined && !told.has(subtype ?? '') && hasParts(preview, subtype))
    return `${titleOf(object)}${partsOf(preview, subtype)}`
  return description ?? String(value)
}

export function typeOf({ type, subtype, className }: RemoteObject): string {
  if (subtype === 'null') return 'null'
  return type === 'object' ? (className ?? subtype ?? type) : type
}

const lists = new Set(['array', 'typedarray', 'map', 'set'])

/** How many parts are numbered: of a list, and the entries of a map or a set. */
export function indexedCount({ subtype = '', description }: RemoteObject): number {
  const count = lists.has(subtype) ? /\((\d+)\)$/.exec(description ?? '')?.[1] : undefined
  return count === undefined ? 0 : Number(count)
}

/** What agent-link.cjs puts behind a text that it has cut. */
const cutMark = /… \((\d+) characters\)$/

export function quoted(text: string): string {
  const escaped = JSON.stringify(text.slice(0, longestString))
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
  if (text.length <= longestString) return `'${escaped}'`
  return `'${escaped}'… (${cutMark.exec(text)?.[1] ?? text.length} characters)`
}

/** The name alone says what an object or a list of no special kind is. */
function titleOf({ subtype, className, description = '' }: RemoteObject): string {
  if (className === 'Object') return ''
  if (subtype === 'array') return `${description.replace(/^Array/, '')} `
  return `${description} `
}

const hasParts = ({ properties, entries }: Preview, subtype: string | undefined): boolean =>
  subtype === undefined || subtype === 'array' || subtype === 'typedarray'
    ? true
    : properties.length > 0 || entries !== undefined

function partsOf({ properties, entries, overflow }: Preview, subtype: string | undefined): string {
  const more = overflow ? ['…'] : []
  if (entries !== undefined) {
    const parts = entries.map(({ key, value }) =>
      key === undefined ? partText(value) : `${partText(key)} => ${partText(value)}`,
    )
    return `{${[...parts, ...more].join(', ')}}`
  }
  const isList = subtype === 'array' || subtype === 'typedarray'
  const parts = properties.map(property =>
    isList && /^\d+$/.test(property.name)
      ? propertyText(property)
      : `${property.name}: ${propertyText(property)}`,
  )
  const text = [...parts, ...more].join(', ')
  return isList ? `[${text}]` : `{${text}}`
}

function propertyText({ type, value = '' }: PreviewProperty): string {
  if (type === 'string') return quoted(value)
  if (type === 'accessor') return '(…)'
  return type === 'function' ? 'ƒ' : value
}

const partText = ({ type, description = '' }: { type: string; description?: string | undefined }): string =>
  type === 'string' ? quoted(description) : description

/** `function f(a, b) { … }`, `class A { … }`: the first line, as far as it says what it is. */
const functionText = (source: string): string => {
  const [head = ''] = source.split('\n', 1)
  return source.includes('\n') || head.length > 100 ? `${head.slice(0, 100).trimEnd()} …` : head
}

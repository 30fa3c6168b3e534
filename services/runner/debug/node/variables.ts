import { RequestRefused } from '../bridge.ts'
import {
  type CallFrame,
  type CdpScope,
  evaluatedSchema,
  type Property,
  propertiesSchema,
  type RemoteObject,
} from './cdp-messages.ts'
import { presentValues } from './present-values.ts'
import type { References } from './references.ts'
import type { Target } from './target.ts'
import { indexedCount, shown, typeOf } from './values.ts'

/** What a reference to variables stands for. */
export type Holder =
  | {
      readonly kind: 'scopes'
      readonly target: Target
      readonly call: CallFrame
      readonly scopes: readonly NumberedScope[]
      readonly own: boolean
    }
  | { readonly kind: 'object'; readonly target: Target; readonly object: RemoteObject }
  | { readonly kind: 'getter'; readonly target: Target; readonly object: RemoteObject; readonly name: string }

export type NumberedScope = { readonly number: number; readonly scope: CdpScope }

export type Page = {
  start?: number | undefined
  count?: number | undefined
  filter?: 'indexed' | 'named' | undefined
}

export type Variable = {
  name: string
  value: string
  type: string
  variablesReference: number
  indexedVariables?: number
  namedVariables?: number
  presentationHint?: { lazy: true }
}

/** How many numbered parts are told where no page is asked for. */
const mostUnasked = 10_000
/** What Node gives every module of CommonJS: told last, for nobody looks for it. */
const moduleNames = new Set(['exports', 'require', 'module', '__filename', '__dirname'])
/** What says nothing of a value, or takes long. */
const unsaid = new Set([
  '[[FunctionLocation]]',
  '[[Scopes]]',
  '[[Entries]]',
  '[[ArrayBufferByteLength]]',
  '[[ArrayBufferData]]',
])
const plainClasses = new Set(['Object', 'Array', 'Map', 'Set', 'Function', 'Promise'])

/** The scopes of a frame: all that its function has is one, whatever the blocks; then those around it. */
export function scopesOf({
  scopeChain,
}: CallFrame): { name: string; scopes: NumberedScope[]; expensive: boolean }[] {
  const numbered = scopeChain.map((scope, number) => ({ number, scope }))
  const end = numbered.findIndex(({ scope }) => scope.type === 'local' || scope.type === 'module')
  const own = end < 0 ? [] : numbered.slice(0, end + 1)
  const rest = numbered.slice(own.length)
  return [
    ...(own.length === 0 ? [] : [{ name: 'Local', scopes: own, expensive: false }]),
    ...rest.map(one => ({
      name: scopeName(one.scope),
      scopes: [one],
      expensive: one.scope.type === 'global',
    })),
  ]
}

const scopeName = ({ type, name }: CdpScope): string => {
  const kind = `${type.slice(0, 1).toUpperCase()}${type.slice(1)}`
  return name === undefined || name === '' ? kind : `${kind} (${name})`
}

export function variableOf(
  name: string,
  object: RemoteObject,
  target: Target,
  references: References<Holder>,
): Variable {
  const hasParts = object.objectId !== undefined && object.type !== 'symbol'
  const indexed = indexedCount(object)
  return {
    name,
    value: shown(object),
    type: typeOf(object),
    variablesReference: hasParts ? references.give(target.thread, { kind: 'object', target, object }) : 0,
    // A list has its length.
    ...(indexed > 0 ? { indexedVariables: indexed, namedVariables: object.subtype === 'array' ? 1 : 0 } : {}),
  }
}

export async function variablesOf(
  holder: Holder,
  page: Page,
  references: References<Holder>,
): Promise<Variable[]> {
  const { target } = holder
  const told = (property: Property, of: RemoteObject): Variable =>
    property.value === undefined && property.get !== undefined
      ? {
          ...{ name: property.name, value: '(…)', type: 'accessor', presentationHint: { lazy: true } },
          variablesReference: references.give(target.thread, {
            ...{ kind: 'getter', target, object: of, name: property.name },
          }),
        }
      : variableOf(property.name, property.value ?? { type: 'undefined' }, target, references)
  switch (holder.kind) {
    case 'scopes':
      return cutTo(await scopeVariables(holder, references), page)
    case 'getter': {
      if (target.pause !== undefined) target.pause.isTouched = true
      const value = await called(target, holder.object, 'function (name) { return this[name] }', [
        holder.name,
      ])
      return [variableOf(holder.name, value, target, references)]
    }
    case 'object': {
      const { object } = holder
      const { list, count } = await numbered(target, object)
      const { start = 0, filter } = page
      const wanted = page.count === undefined || page.count === 0 ? mostUnasked : page.count
      const end = filter === 'named' ? 0 : Math.min(count, start + wanted)
      const indexed = start < end ? await slice(target, list, start, end) : []
      if (filter === 'indexed') return indexed.map(property => told(property, list))
      const passed = filter === 'named' ? start : Math.max(0, start - count)
      const left = page.count === undefined || page.count === 0 ? Infinity : page.count - indexed.length
      const named = left > 0 ? await namedProperties(target, object, list === object && count > 0) : []
      return [
        ...indexed.map(property => told(property, list)),
        ...named.slice(passed, passed + left).map(property => told(property, object)),
      ]
    }
  }
}

const setFunction = 'function (name, value) { this[name] = value }'

/** Gives a variable another value, an expression's in its frame. */
export async function setVariable(holder: Holder, name: string, value: RemoteObject): Promise<void> {
  const { target } = holder
  const { type, objectId, unserializableValue } = value
  const argument =
    objectId !== undefined
      ? { objectId }
      : unserializableValue !== undefined
        ? { unserializableValue }
        : type === 'undefined'
          ? {}
          : { value: value.value }
  if (holder.kind !== 'scopes') {
    await calledWith(target, holder.object, setFunction, [{ value: name }, argument])
    return
  }
  for (const { number, scope } of holder.scopes) {
    const { result } = await properties(target, scope.object)
    if (!result.some(property => property.name === name)) continue
    await target.connection.send(
      'Debugger.setVariableValue',
      { scopeNumber: number, variableName: name, newValue: argument, callFrameId: holder.call.callFrameId },
      evaluatedSchema.partial(),
    )
    // An inner variable of the same name hides it from expressions.
    if (isSnapshot(scope)) await calledWith(target, scope.object, setFunction, [{ value: name }, argument])
    return
  }
  throw new RequestRefused(`there is no variable ${name} in this scope`)
}

/** Told as it was when the thread stopped, whatever has been set since. */
const isSnapshot = ({ type }: CdpScope): boolean => type !== 'global' && type !== 'with'

async function scopeVariables(
  { target, call, scopes, own }: Extract<Holder, { kind: 'scopes' }>,
  references: References<Holder>,
): Promise<Variable[]> {
  const lists = await Promise.all(scopes.map(({ scope }) => properties(target, scope.object)))
  const found = new Map<string, RemoteObject>()
  for (const { result } of lists)
    for (const { name, value } of result)
      if (!found.has(name)) found.set(name, value ?? { type: 'undefined' })
  if (target.pause?.isTouched && scopes.some(({ scope }) => isSnapshot(scope))) {
    const hidden = await innerNames(target, call, scopes[0]?.number ?? 0)
    const visible = [...found.keys()].filter(name => !hidden.has(name))
    const present = await presentValues(target, call, visible)
    const { result } = present === undefined ? { result: [] } : await properties(target, present)
    for (const { name, value } of result) found.set(name, value ?? { type: 'undefined' })
  }
  const isModule = [...moduleNames].every(name => found.has(name))
  const names = [...found.keys()]
  const last = isModule ? names.filter(name => moduleNames.has(name)) : []
  const ordered = [...names.filter(name => !last.includes(name)), ...last]
  const extra: [string, RemoteObject][] = []
  if (own && call.returnValue !== undefined) extra.push(['(return)', call.returnValue])
  if (own && call.this.objectId !== undefined && call.this.description !== 'global' && !isModule)
    extra.push(['this', call.this])
  const all = [...extra, ...ordered.map(name => [name, found.get(name) ?? { type: 'undefined' }] as const)]
  return all.map(([name, value]) => variableOf(name, value, target, references))
}

/** What the scopes within one of this number have. */
async function innerNames(target: Target, { scopeChain }: CallFrame, number: number): Promise<Set<string>> {
  const lists = await Promise.all(
    scopeChain.slice(0, number).map(({ object }) => properties(target, object, { generatePreview: false })),
  )
  return new Set(lists.flatMap(({ result }) => result.map(({ name }) => name)))
}

const properties = (target: Target, { objectId }: RemoteObject, more: object = {}) =>
  target.connection.send(
    'Runtime.getProperties',
    { objectId, ownProperties: true, generatePreview: true, ...more },
    propertiesSchema,
  )

/** What is numbered of an object, and how much: a map's and a set's entries as well. */
async function numbered(
  target: Target,
  object: RemoteObject,
): Promise<{ list: RemoteObject; count: number }> {
  if (object.subtype !== 'map' && object.subtype !== 'set')
    return { list: object, count: indexedCount(object) }
  const { internalProperties } = await properties(target, object, { generatePreview: false })
  const list = internalProperties.find(({ name }) => name === '[[Entries]]')?.value
  return list === undefined ? { list: object, count: 0 } : { list, count: indexedCount(object) }
}

/** Copies property by property, so that no getter runs, and holes stay holes. */
const sliceFunction = `function (start, end) {
  const part = Object.create(null)
  for (let at = start; at < end; at++) {
    const property = Object.getOwnPropertyDescriptor(this, at)
    if (property !== undefined) Object.defineProperty(part, at, { ...property, configurable: true })
  }
  return part
}`

async function slice(target: Target, list: RemoteObject, start: number, end: number): Promise<Property[]> {
  const part = await called(target, list, sliceFunction, [start, end])
  const { result } = await properties(target, part)
  return result
}

async function namedProperties(target: Target, object: RemoteObject, isList: boolean): Promise<Property[]> {
  const found = await properties(target, object, isList ? { nonIndexedPropertiesOnly: true } : {})
  const isPlain = plainClasses.has(object.className ?? '')
  return [
    ...found.result.filter(({ name }) => name !== '__proto__'),
    ...found.privateProperties,
    ...found.internalProperties.filter(
      ({ name, value }) => value !== undefined && !unsaid.has(name) && !(isPlain && name === '[[Prototype]]'),
    ),
  ]
}

const called = (target: Target, object: RemoteObject, text: string, values: readonly (string | number)[]) =>
  calledWith(
    target,
    object,
    text,
    values.map(value => ({ value })),
  )

async function calledWith(
  target: Target,
  { objectId }: RemoteObject,
  text: string,
  values: readonly object[],
) {
  const { result, exceptionDetails } = await target.connection.send(
    'Runtime.callFunctionOn',
    { objectId, functionDeclaration: text, arguments: values, silent: true, generatePreview: true },
    evaluatedSchema,
  )
  if (exceptionDetails !== undefined)
    throw new RequestRefused(exceptionDetails.exception?.description?.split('\n')[0] ?? exceptionDetails.text)
  return result
}

const cutTo = (all: Variable[], { start = 0, count }: Page): Variable[] =>
  count === undefined || count === 0 ? all.slice(start) : all.slice(start, start + count)

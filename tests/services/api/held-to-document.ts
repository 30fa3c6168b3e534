import type { Test } from 'tap'
import { openApiDocument } from '../../../services/api/openapi/document.ts'
import { contract, type OperationName } from '../../../services/contract/contract.ts'
import { DocumentSchemas } from './document-schemas.ts'
import type { Answer } from './rig.ts'

const document = openApiDocument('1.2.3')
const schemas = new DocumentSchemas(document)

/** What frames any message, and what a browser is told to make of it. */
const framing = new Set([
  ...['connection', 'keep-alive', 'date', 'transfer-encoding', 'content-length', 'content-type', 'vary'],
  ...['cache-control', 'x-content-type-options', 'x-accel-buffering', 'content-security-policy'],
])

/** That an answer is one that the OpenAPI document tells of: its status, its headers, and its JSON. */
export function heldToDocument(t: Test, name: OperationName, answer: Answer): void {
  const { path, method } = contract[name]
  const place = ['paths', path, method.toLowerCase(), 'responses', `${answer.status}`]
  const told = member(document, ...place)
  if (told === undefined) return void t.fail(`${name}: ${answer.status} is not told of: ${answer.text}`)
  const headers = new Set(Object.keys(member(told, 'headers') ?? {}).map(header => header.toLowerCase()))
  const silent = Object.keys(answer.headers).filter(header => !framing.has(header) && !headers.has(header))
  t.same(silent, [], `${name} ${answer.status}: headers that are not told of`)
  const type = `${answer.headers['content-type']}`.split(';', 1)[0] ?? ''
  if (!/^application\/(?:problem\+)?json$/.test(type)) return
  const fault = schemas.fault(JSON.parse(answer.text), ...place, 'content', type, 'schema')
  t.equal(fault, undefined, `${name} ${answer.status}: as the document has it`)
}

const member = (value: unknown, ...keys: readonly string[]): object | undefined => {
  const found = keys.reduce<unknown>(
    (here, key) => (typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined),
    value,
  )
  return typeof found === 'object' && found !== null ? found : undefined
}

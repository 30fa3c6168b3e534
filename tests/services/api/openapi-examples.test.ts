import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { openApiDocument } from '../../../services/api/openapi/document.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'
import { exampleInputs } from '../../../services/contract/examples/inputs.ts'
import { exampleOutputs } from '../../../services/contract/examples/outputs.ts'
import { lacks } from './development-tool.ts'
import { DocumentSchemas } from './document-schemas.ts'

/** That the document is one of OpenAPI 3.1, and that every example of it is one of what it is an example of. */

const document = openApiDocument('1.2.3')
const schemas = new DocumentSchemas(document)

const problems = async (t: Test, text: string) => {
  const file = join(t.testdir(), 'openapi.json')
  await writeFile(file, text)
  const program = join(import.meta.dirname, 'validate-openapi.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [program, file], { timeout: 60_000 })
  return z.object({ valid: z.boolean(), version: z.string(), errors: z.unknown() }).parse(JSON.parse(stdout))
}

t.test(
  'a validator takes it for OpenAPI 3.1',
  { skip: lacks('@seriousme/openapi-schema-validator') },
  async t => {
    const text = JSON.stringify(document)
    t.same(await problems(t, text), { valid: true, version: '3.1', errors: [] })
    const broken = text.replace('"in":"path"', '"in":"pth"')
    t.match(await problems(t, broken), { valid: false }, 'and it can tell')
  },
)

const exampleSchema = z.looseObject({
  schema: z.unknown(),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.looseObject({ $ref: z.string() })).optional(),
})

const hasSchema = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'schema' in value

t.test('every example is one', t => {
  let count = 0
  for (const [place, value] of walk(document)) {
    const parsed = place.at(-1) === 'schema' || !hasSchema(value) ? undefined : exampleSchema.safeParse(value)
    if (parsed?.success !== true) continue
    const { example, examples = {} } = parsed.data
    const given: unknown[] = example === undefined ? [] : [example]
    for (const { $ref } of Object.values(examples))
      given.push(at(document, ...$ref.split('/').slice(1), 'value'))
    for (const one of given) t.equal(schemas.fault(one, ...place, 'schema'), undefined, place.join(' '))
    count += given.length
  }
  t.ok(count > 1_000, `${count} examples`)
  t.end()
})

t.test('every operation has them, and a value that is none is told', t => {
  for (const name of operationNames) {
    const { path, method, status, answer, input } = contract[name]
    const place = ['paths', path, method.toLowerCase()]
    t.ok(input.safeParse(exampleInputs[name]).success, `${name}: its input`)
    const output: z.ZodType = contract[name].output
    t.ok(output.safeParse(exampleOutputs[name]).success, `${name}: its output`)
    if (answer === 'bytes') continue
    const type = answer === 'json' ? 'application/json' : 'application/x-ndjson'
    const content = [...place, 'responses', `${status}`, 'content', type]
    t.same(at(document, ...content, 'example'), exampleOutputs[name], name)
    t.type(schemas.fault('no such thing', ...content, 'schema'), 'string', `${name}: what is none is refused`)
  }
  t.end()
})

t.test('problems are told with an example for each code', t => {
  const codes = new Set<string>()
  for (const [place, value] of walk(document))
    if (place.at(-1) === 'examples' && place.includes('application/problem+json'))
      for (const code of Object.keys(value as object)) codes.add(code)
  t.ok(codes.size > 60)
  t.match(at(document, 'components', 'examples', 'not_ready', 'value'), { status: 503, code: 'not_ready' })
  t.end()
})

function* walk(value: unknown, place: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (typeof value !== 'object' || value === null) return
  yield [place, value]
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, [...place, key])
}

function at(value: unknown, ...place: readonly string[]): unknown {
  return place.reduce<unknown>((here, key) => {
    if (typeof here !== 'object' || here === null) throw new Error(`no ${place.join(' → ')}`)
    return Reflect.get(here, key)
  }, value)
}

import type { z } from 'zod'
import { didYouMean } from '../../../lib/suggest.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { AnyParams, ParamShape } from '../task.ts'
import type { ParamDeclaration } from './declaration.ts'
import { expectationOf } from './expectation.ts'
import { booleanOf, type Form, formOf, inputOf } from './form.ts'
import type { Given } from './given-words.ts'
import { placeName } from './usage.ts'

/** One thing that is wrong with what was typed for a task. */
export interface ParamFault {
  readonly message: string
  readonly fix: string | undefined
  readonly missing: boolean
}

export interface Reading {
  readonly values: AnyParams
  readonly faults: readonly ParamFault[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** What is said for a parameter, and where: on the command line, else in the environment. */
interface Said {
  readonly text: boolean | string | readonly string[]
  /** How it is called in a message. */
  readonly where: string
}

/** Reads all parameters of a task, and tells all that is wrong with them at once. */
export async function readValues(
  zod: typeof z,
  shape: ParamShape,
  declarations: readonly ParamDeclaration[],
  given: ReadonlyMap<string, Given>,
  environment: Environment,
): Promise<Reading> {
  const values: Record<string, unknown> = {}
  const faults: ParamFault[] = []
  for (const declaration of declarations) {
    const schema = shape[declaration.name]
    if (schema === undefined) continue
    const said = saidFor(declaration, given.get(declaration.name), environment)
    if (said === undefined && declaration.required) {
      faults.push(missing(declaration))
      continue
    }
    const read = await readValue(zod, schema, declaration, said)
    if ('fault' in read) faults.push(read.fault)
    else if (read.value !== undefined) values[declaration.name] = read.value
  }
  return { values, faults }
}

function saidFor(
  declaration: ParamDeclaration,
  given: Given | undefined,
  environment: Environment,
): Said | undefined {
  if (given !== undefined)
    return { text: given.text, where: given.flagged ? declaration.flag : placeName(declaration) }
  const { env, kind } = declaration
  const text = env === undefined ? undefined : environment[env]
  // As with NO_COLOR, an empty variable is one that is not set.
  if (text === undefined || text === '') return undefined
  const where = `${env} in the environment`
  switch (kind) {
    case 'boolean':
      return { text: booleanOf(text) ?? text, where }
    case 'list':
      return { text: text.split(',').flatMap(part => part.trim() || []), where }
    case 'value':
      return { text, where }
  }
}

type Read = { readonly value: unknown } | { readonly fault: ParamFault }

async function readValue(
  zod: typeof z,
  schema: z.ZodType,
  declaration: ParamDeclaration,
  said: Said | undefined,
): Promise<Read> {
  const form = formOf(schema)
  try {
    const result = await parse(schema, form, said?.text)
    if (result.success) return { value: result.data }
    if (said === undefined && declaration.default === undefined) return { fault: missing(declaration) }
    return { fault: faultOf(zod, declaration, form, said, result.error.issues) }
  } catch (error) {
    // What a schema's own transform threw.
    if (!(error instanceof UserError)) throw error
    return {
      fault: { message: `${whereOf(declaration, said)}: ${error.message}`, fix: error.fix, missing: false },
    }
  }
}

async function parse(schema: z.ZodType, form: Form, text: Said['text'] | undefined) {
  const result = await schema.safeParseAsync(handed(form, text), { reportInput: true })
  // Of a union a number was tried first; it may have meant the text.
  if (result.success || form.kind !== 'either') return result
  const asText = await schema.safeParseAsync(text, { reportInput: true })
  return asText.success ? asText : result
}

function handed(form: Form, text: Said['text'] | undefined): unknown {
  if (text === undefined || typeof text === 'boolean') return text
  if (typeof text === 'string') return inputOf(form, text)
  return text.map(one => (form.kind === 'list' ? inputOf(form.of, one) : one))
}

function faultOf(
  zod: typeof z,
  declaration: ParamDeclaration,
  form: Form,
  said: Said | undefined,
  issues: readonly z.core.$ZodIssue[],
): ParamFault {
  const wrong = wrongText(said, issues)
  const one = form.kind === 'list' ? form.of : form
  const expectation = expectationOf(issues, zod, one.kind === 'number' && one.whole)
  return {
    message: `${whereOf(declaration, said, wrong)}, ${expectation}`,
    fix: wrong === undefined ? undefined : didYouMean(wrong, declaration.choices ?? []),
    missing: false,
  }
}

/** Of a list, its first value that is wrong. */
function wrongText(said: Said | undefined, [issue]: readonly z.core.$ZodIssue[]): string | undefined {
  if (typeof said?.text !== 'object') return said === undefined ? undefined : String(said.text)
  const [index] = issue?.path ?? []
  return typeof index === 'number' ? said.text[index] : undefined
}

function whereOf(declaration: ParamDeclaration, said: Said | undefined, wrong?: string): string {
  if (said === undefined) return `the default of ${declaration.flag} is ${declaration.default}`
  const text = wrong ?? (typeof said.text === 'object' ? said.text.join(' ') : String(said.text))
  return `${said.where} is ${JSON.stringify(text)}`
}

function missing(declaration: ParamDeclaration): ParamFault {
  const { positional, flag, env, describe } = declaration
  const name = positional ? placeName(declaration) : flag
  const also = env === undefined ? '' : ` and ${env} is not set`
  const what = describe === undefined ? '' : ` (${describe})`
  return { message: `${name}${what} is missing${also}`, fix: undefined, missing: true }
}

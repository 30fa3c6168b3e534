import { z } from 'zod'
import type { ProblemCode } from './problems.ts'
import type { Scope } from './scopes.ts'

/**
 * One operation of the server, declared once; the API's routes and OpenAPI, the SDK's methods and the CLI's commands
 * all come from it.
 *
 * Where a field of `input` travels follows from the declaration: a field named in `path` is a path parameter; every
 * other field is a query parameter of a GET or DELETE, and a member of the JSON body of a POST or PATCH.
 */
export type Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> = {
  /** A PATCH changes of what stands at its path the fields that it gives; see `versions.ts`. */
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** An OpenAPI path template, such as `/sessions/{session}`. */
  readonly path: `/${string}`
  /** Another address of the same, which clients of earlier systems know. */
  readonly alsoAt?: `/${string}`
  readonly summary: string
  /**
   * What the caller must bring: nothing; any valid token, but for one that is a viewer's of a session's debuggers; any
   * at all (`any_token`); or a token with this scope.
   */
  readonly access: 'public' | 'token' | 'any_token' | Scope
  readonly input: Input
  /** Of a stream: one message of it. */
  readonly output: Output
  /**
   * `stream`: a sequence of messages, as NDJSON, events or plain text, or over a WebSocket at the same path.
   * `events`: a sequence of changes, in the same ways.
   * `bytes`: a file, any range of which may be asked for.
   */
  readonly answer: 'json' | 'stream' | 'bytes' | 'events'
  /** The status of a successful answer. 201: it makes something, once for each idempotency key; see `keyed-operations.ts`. */
  readonly status: 200 | 201
  /** In bytes, where it may be more than the 1 MiB of any other. */
  readonly largestBody?: number
  /** What can go wrong beyond what any operation can answer (invalid input, access, internal). */
  readonly errors: readonly ProblemCode[]
  /** Who it is for. The API and the SDK have every operation. */
  readonly surfaces: readonly ('cli' | 'api' | 'sdk' | 'mcp')[]
}

/** The output of an operation that answers with bytes, as a whole. */
export const bytes = z.instanceof(Uint8Array)

type Answer = Operation['answer']
type Surface = Operation['surfaces'][number]
type Access = Operation['access']
type Status = Operation['status']

/** What the type of a declaration keeps as written: clients and handlers are typed by it. */
type Kept<A extends Answer, S extends Surface, C extends Access, T extends Status> = {
  readonly answer: A
  readonly surfaces: readonly S[]
  readonly access: C
  readonly status: T
}

export const operation = <
  Input extends z.ZodObject,
  Output extends z.ZodType,
  const A extends Answer,
  const S extends Surface,
  const C extends Access,
  const T extends Status,
>(
  declaration: Operation<Input, Output> & Kept<A, S, C, T>,
): Operation<Input, Output> & Kept<A, S, C, T> => declaration

/** What a caller gives: defaults may be left out. */
export type InputOf<O extends Operation> = z.input<O['input']>
/** What a handler gets: parsed, defaults filled in. */
export type ParsedInputOf<O extends Operation> = z.output<O['input']>
export type OutputOf<O extends Operation> = z.output<O['output']>

/** Whether its fields travel in a JSON body. */
export const hasBody = ({ method }: Pick<Operation, 'method'>): boolean =>
  method === 'POST' || method === 'PATCH'

/** Whether a ticket in its query (`ticket`) opens it, as well as what any other request comes with. */
export const opensByTicket = ({ answer }: Pick<Operation, 'answer'>): boolean =>
  answer === 'stream' || answer === 'events'

/** Where it is to be found, without `/api`. */
export const pathsOf = ({ path, alsoAt }: Pick<Operation, 'path' | 'alsoAt'>): string[] =>
  alsoAt === undefined ? [path] : [path, alsoAt]

/** The names of the path parameters of an operation, in order. */
export function pathParameters(path: string): readonly string[] {
  const known = parametersOf.get(path)
  if (known !== undefined) return known
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  parametersOf.set(path, names)
  return names
}

/** Of the contract's paths, of which there are few. */
const parametersOf = new Map<string, readonly string[]>()

/** The scope that an operation needs; undefined where it needs none. */
export const scopeOf = (access: Operation['access']): Scope | undefined =>
  access === 'public' || access === 'token' || access === 'any_token' ? undefined : access

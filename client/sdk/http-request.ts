import { hasBody, type Operation, pathParameters } from '../../services/contract/operation.ts'

/** What goes over the wire for one call, without the base address and the token. */
export type HttpRequest = {
  readonly method: Operation['method']
  /** Path and query, each part encoded. */
  readonly path: string
  /** JSON text; undefined for a GET or DELETE. */
  readonly body: string | undefined
}

/**
 * Places each field of the input by the contract's rule: path parameters by name, then the query of a GET or DELETE
 * or the JSON body of a POST or PATCH. Undefined fields are left out. The input is not validated here: the server does that,
 * and its answer names the field.
 */
export function httpRequest(
  operation: Pick<Operation, 'method' | 'path'>,
  input: Readonly<Record<string, unknown>>,
): HttpRequest {
  const inPath = new Set(pathParameters(operation.path))
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathSegment(name, input[name]))
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined)
  if (hasBody(operation))
    return { method: operation.method, path, body: JSON.stringify(Object.fromEntries(rest)) }
  const query = new URLSearchParams()
  for (const [name, value] of rest) for (const one of [value].flat()) query.append(name, String(one))
  return { method: operation.method, path: query.size === 0 ? path : `${path}?${query}`, body: undefined }
}

/** `.` and `..` would be resolved away by every URL parser on the way; encoding does not protect them. */
function pathSegment(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
    throw new TypeError(`"${name}" must be a non-empty string, got ${JSON.stringify(value)}`)
  return encodeURIComponent(value)
}

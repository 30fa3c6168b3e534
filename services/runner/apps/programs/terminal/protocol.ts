/**
 * ttyd's protocol, over a WebSocket of the subprotocol `tty`. The first byte of a message tells what it is. A client
 * begins with a message of JSON, `{"AuthToken": "", "columns": 80, "rows": 24}`.
 */

export type Size = { readonly columns: number; readonly rows: number }

export type ClientMessage =
  | { readonly kind: 'open'; readonly size: Size | undefined }
  | { readonly kind: 'input'; readonly bytes: Buffer }
  | { readonly kind: 'resize'; readonly size: Size }
  | { readonly kind: 'pause' | 'resume' }
  /** None of ours, or nothing that can be read: passed over, as ttyd does. */
  | { readonly kind: 'unknown' }

/** A larger screen has nobody, and programs take memory for it. */
const mostCells = 1_000

export function clientMessage(message: Buffer): ClientMessage {
  switch (message[0]) {
    case 0x30: // 0
      return { kind: 'input', bytes: message.subarray(1) }
    case 0x31: // 1
      return resize(sizeIn(message.subarray(1)))
    case 0x32: // 2
      return { kind: 'pause' }
    case 0x33: // 3
      return { kind: 'resume' }
    case 0x7b: // {
      return isObject(parsed(message)) ? { kind: 'open', size: sizeIn(message) } : { kind: 'unknown' }
    default:
      return { kind: 'unknown' }
  }
}

const resize = (size: Size | undefined): ClientMessage =>
  size === undefined ? { kind: 'unknown' } : { kind: 'resize', size }

function sizeIn(json: Buffer): Size | undefined {
  const value = parsed(json)
  if (!isObject(value)) return undefined
  const columns = cells(value, 'columns')
  const rows = cells(value, 'rows')
  return columns === undefined || rows === undefined ? undefined : { columns, rows }
}

function cells(value: object, name: string): number | undefined {
  const found: unknown = Reflect.get(value, name)
  return typeof found === 'number' && Number.isInteger(found) && found >= 1
    ? Math.min(found, mostCells)
    : undefined
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString())
  } catch {
    return undefined
  }
}

/** The messages of a server. */
export const output = (...pieces: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from('0'), ...pieces])
export const title = (text: string): Buffer => Buffer.from(`1${text}`)
export const preferences = (options: object): Buffer => Buffer.from(`2${JSON.stringify(options)}`)

/**
 * Whether this is nothing but what a terminal itself says when it is asked (its cursor, its kind, a colour, a mode, whether
 * it has the focus). Of several that look at one program only one may answer.
 */
export const isReport = (bytes: Buffer): boolean =>
  bytes[0] === 0x1b && reports.test(bytes.toString('latin1'))

const reports =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /^(?:\x1b\[[\d;?>=$]*[Rcnty]|\x1b\[\?\d+u|\x1b\[[IO]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\))+$/

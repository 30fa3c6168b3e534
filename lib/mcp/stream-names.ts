import type { RequestId } from '@modelcontextprotocol/sdk/types.js'

/** The longest id of a request that a stream is named after, in characters. */
const longestId = 64

/** What the stream is called on which a request is answered; it tells the request, so that who was not asked it can say so. */
export const streamOf = (number: number, request: RequestId): string => {
  const text = JSON.stringify(request)
  return text.length > longestId ? `${number}` : `${number}-${Buffer.from(text).toString('base64url')}`
}

/** Undefined where the name tells no request. */
export function requestOf(stream: string): RequestId | undefined {
  const [, encoded] = /^\d+-([\w-]+)$/.exec(stream) ?? []
  if (encoded === undefined) return undefined
  try {
    const id: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    return typeof id === 'string' || typeof id === 'number' ? id : undefined
  } catch {
    return undefined
  }
}

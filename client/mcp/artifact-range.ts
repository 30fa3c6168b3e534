import type { ToolCall } from './tool-call.ts'

/** Some bytes of an artifact, and what it is as a whole. */
export type ArtifactRange = {
  /** Its whole id: what was unique now may not be so later. */
  readonly id: string
  readonly bytes: Buffer
  readonly total: number
  readonly mediaType: string
}

/** At most so many bytes of an artifact from an offset on; none from its end on. The server sends no others. */
export async function artifactRange(
  artifact: string,
  { offset, most }: { readonly offset: number; readonly most: number },
  { client, signal }: Pick<ToolCall, 'client' | 'signal'>,
): Promise<ArtifactRange> {
  const { id, bytes: total, media_type: mediaType } = await client.artifacts.get({ artifact }, { signal })
  const end = Math.min(offset + most, total)
  if (offset >= end) return { id, bytes: Buffer.alloc(0), total, mediaType }
  const { body } = await client.artifacts.download({ artifact: id }, { signal, from: { offset, end } })
  return { id, bytes: Buffer.concat(await Array.fromAsync(body)), total, mediaType }
}

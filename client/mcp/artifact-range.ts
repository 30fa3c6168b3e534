import type { ToolCall } from './tool-call.ts'

/** Some bytes of an artifact, and what it is as a whole. */
export type ArtifactRange = {
  readonly bytes: Buffer
  readonly total: number
  readonly mediaType: string
}

/** At most so many bytes of an artifact from an offset on; none from its end on. No more is kept than that. */
export async function artifactRange(
  artifact: string,
  { offset, most }: { readonly offset: number; readonly most: number },
  { client, signal }: Pick<ToolCall, 'client' | 'signal'>,
): Promise<ArtifactRange> {
  const { bytes: total, mediaType, body } = await client.artifacts.download({ artifact }, { signal })
  const parts: Uint8Array[] = []
  const end = Math.min(offset + most, total)
  let at = 0
  // Leaving the loop closes the connection: what comes after is not read.
  for await (const chunk of body) {
    if (at + chunk.length > offset) parts.push(chunk.subarray(Math.max(0, offset - at), end - at))
    at += chunk.length
    if (at >= end) break
  }
  return { bytes: Buffer.concat(parts), total, mediaType }
}

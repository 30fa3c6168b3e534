import { z } from 'zod'
import { type ArtifactPlace, listArtifacts } from '../../store/artifacts.ts'
import { toArtifact } from '../../store/rows.ts'
import type { ArtifactRow } from '../../store/schema.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { page } from '../page.ts'
import { findArtifact, findCommandOf, findSession } from './find.ts'
import type { Handlers } from './handler.ts'

const byPlace = {
  key: z.tuple([z.int(), z.string()]),
  keyOf: ({ sequence, path }: ArtifactRow & { sequence: number }): ArtifactPlace => [sequence, path],
}

type Names = 'artifacts.list' | 'artifacts.get' | 'artifacts.download'

export const artifactHandlers = (context: Context): Pick<Handlers, Names> => ({
  'artifacts.list': async (input, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    const command =
      input.command === undefined ? undefined : await findCommandOf(context, session.value, input.command)
    if (command?.ok === false) return command
    const of = { session: session.value.id, command: command?.value.id, kind: input.kind }
    return page(
      input,
      byPlace,
      (after, limit) => listArtifacts(context.store, { ...of, after, limit }),
      toArtifact,
    )
  },

  'artifacts.get': async (input, { caller }) => {
    const found = await findArtifact(context, input.artifact, caller)
    return found.ok ? done(toArtifact(found.value)) : found
  },

  'artifacts.download': async (input, { caller }) => {
    const found = await findArtifact(context, input.artifact, caller)
    if (!found.ok) return found
    const { id, session_id, command_id, sha256, media_type, path } = found.value
    return done({
      path: context.files.artifact(session_id, command_id, sha256),
      sha256,
      mediaType: media_type,
      name: path,
      gone: `the artifact ${id} has been removed`,
    })
  },
})

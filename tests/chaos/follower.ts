import type { CommandId } from '../../services/contract/ids.ts'
import type { ChaosServer } from './chaos-server.ts'
import { Listener } from './listener.ts'
import type { Accepted, Asked } from './load.ts'

type Stream = 'stdout' | 'stderr'

/** Who follows a log, and what it is to hear. */
export type Follower = {
  readonly name: string
  readonly listener: Listener
  /** What it has to be told whole. */
  readonly due: readonly { readonly command: CommandId; readonly streams: readonly Stream[] }[]
}

/** The next follower: of a whole session, of a command through the proxy, or of one stream, in turn. */
export async function startFollower(
  { api, proxied }: ChaosServer,
  { accepted, followers }: Asked,
  { id, session }: Accepted,
): Promise<Follower> {
  const number = followers.length
  const of = (['session', 'command', 'stream'] as const)[number % 3]
  const due =
    of === 'session'
      ? accepted.filter(other => other.session === session).map(({ id }) => ({ command: id, streams: both }))
      : [{ command: id, streams: of === 'command' ? both : (['stdout'] as const) }]
  const client = of === 'command' ? proxied : api
  const listener = new Listener(
    client.stream('sessions.logs', {
      ...{ session, follow: true },
      ...(of === 'session' ? {} : { command: id }),
      ...(of === 'stream' ? { stream: 'stdout' as const } : {}),
    }),
  )
  await listener.began
  return { name: `follower ${number} of ${of} ${of === 'session' ? session : id}`, listener, due }
}

const both = ['stdout', 'stderr'] as const

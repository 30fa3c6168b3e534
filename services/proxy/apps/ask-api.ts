import type { IncomingMessage } from 'node:http'
import type { Dispatcher } from 'undici'
import { appSchema } from '../../contract/app-resources.ts'
import type { SessionId } from '../../contract/ids.ts'
import { type ProblemDocument, problemSchema } from '../../contract/problems.ts'
import { type Forwarded, forwardedHeaders } from '../headers.ts'

/** How long the API may take, in milliseconds. */
const deadlineMs = 10_000

export type Told =
  | { readonly ok: true; readonly session: SessionId }
  | { readonly ok: false; readonly problem: ProblemDocument; readonly headers: Record<string, string> }

export type Asking = {
  readonly request: IncomingMessage
  readonly forwarded: Forwarded
  /** As the client calls them. */
  readonly session: string
  readonly app: string
  /** Whether cookies of this host are the server's. */
  readonly cookies: boolean
}

const answerSchema = appSchema.pick({ session: true })

/** Whether who sends a request may use an app, as the API judges what they come with. Rejects where it does not answer. */
export async function askApi(
  api: Dispatcher,
  { request, forwarded, session, app, cookies }: Asking,
): Promise<Told> {
  const { authorization, cookie, origin, host, 'user-agent': agent } = request.headers
  const given = { authorization, origin, host, 'user-agent': agent, ...(cookies ? { cookie } : {}) }
  const answer = await api.request({
    path: `/sessions/${encodeURIComponent(session)}/apps/${encodeURIComponent(app)}`,
    method: 'GET',
    headers: [
      ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
      ...forwardedHeaders(forwarded),
    ],
    signal: AbortSignal.timeout(deadlineMs),
  })
  const body: unknown = await answer.body.json()
  if (answer.statusCode === 200) return { ok: true, session: answerSchema.parse(body).session }
  const headers = ['www-authenticate', 'retry-after'].flatMap(name => {
    const value = answer.headers[name]
    return value === undefined ? [] : [[name, `${value}`] as const]
  })
  return { ok: false, problem: problemSchema.parse(body), headers: Object.fromEntries(headers) }
}

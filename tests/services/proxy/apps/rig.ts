import { request as ask } from 'node:http'
import { connect } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import { z } from 'zod'
import type { AppSettings } from '../../../../config/app-schema.ts'
import { serverSchema } from '../../../../config/schema.ts'
import { systemClock } from '../../../../lib/clock.ts'
import { startApi } from '../../../../services/api/api.ts'
import { instanceId, type UserId } from '../../../../services/contract/ids.ts'
import { SessionApps } from '../../../../services/proxy/apps/session-apps.ts'
import { startProxy } from '../../../../services/proxy/proxy.ts'
import type { CertificateFiles } from '../../../../services/proxy/tls/certificate.ts'
import { proxyProof } from '../../../../services/store/proxy-proof.ts'
import { register } from '../../../../services/store/registration.ts'
import { createToken } from '../../../../services/store/tokens.ts'
import { cheapPasswords } from '../../api/sign-in/cheap-passwords.ts'
import { appsRig } from '../../runner/apps/rig.ts'
import { noGateway } from '../no-gateway.ts'

export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}
export type Sent = {
  host?: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A runner with these apps, an API and a proxy before it, all real. */
export async function frontRig(
  t: Test,
  apps: Record<string, AppSettings>,
  {
    tls,
    visible = [],
    ...options
  }: {
    patienceMs?: number
    answerMs?: number
    lookMs?: number
    tls?: CertificateFiles
    /** What sessions see besides. */
    visible?: readonly string[]
  } = {},
) {
  const runner = instanceId.create()
  const rig = await appsRig(t, apps, { instance: runner, visible })
  const { store, files } = rig
  await using made = new AsyncDisposableStack()
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const settings = serverSchema.parse({})
  const listen = { host: '127.0.0.1', port: 0 }
  const common = { log, instance: instanceId.create(), version: '1.2.3', listen }
  made.use(await register(store, systemClock, { id: runner, service: 'runner', address: rig.socket }))
  const api = made.use(
    await startApi({
      ...{ ...common, store, files, clock: systemClock, runnerSocket: rig.socket },
      ...{ allowedOrigins: [], allowedSchemes: [], passwords: cheapPasswords(), requests: settings.api },
      ...{ streamsPerUser: 100, debugSessions: 1, environments: { default: ['none'] } },
      ...{ sessions: settings.sessions, commands: settings.runner, environment: {} },
      apps: { declared: new Map(Object.entries(apps)), origins: '' },
    }),
  )
  const served = made.use(
    await SessionApps.open({
      store,
      clock: systemClock,
      log,
      api: api.url,
      limits: { bytes: 10_000, pause: 60_000, slowReader: 60_000 },
      ...options,
    }),
  )
  const proxy = made.use(
    await startProxy({
      ...{ ...common, upstream: api.url, proof: await proxyProof(store), trustedProxies: [] },
      ...{
        connections: 1_000,
        perAddress: 1_000,
        appOrigins: '',
        apps: served,
        bodyLimit: 0,
        openGateway: noGateway,
      },
      ...(tls && { tls: { ...tls, host: '127.0.0.1', port: 0, lookEvery: 60_000 } }),
    }),
  )
  made.use(
    await register(store, systemClock, { id: instanceId.create(), service: 'proxy', address: proxy.url }),
  )
  const life = made.move()
  t.teardown(() => life.disposeAsync())

  const person = async (name: string) => {
    const created = await createToken(store, {
      ...{ name, scopes: ['cli'] as const, now: rig.now(), expires_at: null },
    })
    if (created.outcome !== 'created') throw new Error(created.outcome)
    return { id: created.token.user_id as UserId, token: created.secret, tokenId: created.token.id }
  }
  const alice = await person('alice')
  const bob = await person('bob')
  const { port } = new URL(proxy.url)

  /** A request through the proxy, to a host by name: `*.localhost` resolves in browsers alone. */
  const send = (
    path: string,
    { host = `127.0.0.1:${port}`, method = 'GET', headers = {}, body }: Sent = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const asked = ask(
        { host: '127.0.0.1', port, path, method, headers: { host, ...headers } },
        response => {
          let text = ''
          response.setEncoding('utf8').on('data', piece => {
            text += piece
          })
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          )
          response.once('error', reject)
        },
      )
      asked.once('error', reject)
      asked.end(body)
    })
  const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })
  const hostOf = (session: string, app: string) => `${app}--${session.slice(4)}.localhost:${port}`

  /** Makes an address that opens an app. */
  const opened = async (session: string, app: string, who = alice): Promise<URL> => {
    const answer = await send(`/api/sessions/${session}/apps/${app}/open`, {
      ...{ method: 'POST', headers: { ...bearer(who), 'content-type': 'application/json' }, body: '{}' },
    })
    if (answer.status !== 200) throw new Error(answer.text)
    return new URL(z.object({ url: z.string() }).parse(JSON.parse(answer.text)).url)
  }
  /** The cookie that a browser gets where it opens an app. */
  const pass = async (session: string, app: string, who = alice): Promise<string> => {
    const url = await opened(session, app, who)
    const { headers } = await send(`${url.pathname}${url.search}`, { host: url.host })
    return `${headers['set-cookie']}`.split(';', 1)[0] ?? ''
  }
  const session = (tree: Record<string, string>, who = alice) =>
    rig.repository(tree).then(repository => rig.session(repository, { owner: who.id }))

  return {
    ...rig,
    rig,
    api,
    proxy,
    port,
    alice,
    bob,
    send,
    bearer,
    hostOf,
    opened,
    pass,
    sessionOf: session,
    connect: () => connect(Number(port), '127.0.0.1'),
  }
}

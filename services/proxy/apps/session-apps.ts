import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { Pool } from 'undici'
import type { WebSocket } from 'ws'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { type AppPlace, enterPath, ownPath } from '../../contract/app-origin.ts'
import type { ProblemCode, ProblemDocument } from '../../contract/problems.ts'
import { type AppPass, AppPasses, isPassGood } from '../../store/app-passes.ts'
import type { Store } from '../../store/store.ts'
import { takeTicket } from '../../store/tickets.ts'
import type { Forwarded, RawHeaders } from '../headers.ts'
import { sendProblem } from '../problem.ts'
import { type RelayLimits, relay, type Unanswered } from '../relay.ts'
import type { Failure, Switched } from '../upstream/answer.ts'
import { fromAppHeaders, type ToApp, toAppHeaders } from './app-headers.ts'
import { passesIn, setPass } from './app-pass-cookie.ts'
import { type AppRoute, terminalApp } from './app-route.ts'
import { AppUpstreams } from './app-upstreams.ts'
import { askApi } from './ask-api.ts'
import { AppRefusal } from './dial-app.ts'
import { acceptEarly } from './early-terminal.ts'
import { credentialOf } from './own-credential.ts'
import { pageMay } from './page-may.ts'
import { opensPage, sendSignInPage } from './sign-in-page.ts'
import { whileAdmitted } from './while-admitted.ts'

export type SessionAppsDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Where the API is. */
  readonly api: string
  readonly limits: RelayLimits
  /** How long a request waits for an app that starts, in milliseconds. */
  readonly patienceMs?: number
  /** How long an app may say nothing of an answer, in milliseconds. */
  readonly answerMs?: number
  /** How often it is looked whether who uses one still may, in milliseconds. */
  readonly lookMs?: number
}

export type AppRequest = {
  readonly route: AppRoute
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly forwarded: Forwarded
  /** The path and query that were asked for. */
  readonly target: string
  /** See relay.ts. */
  readonly isFollowed?: () => void
  /** Given for a request to upgrade. `takes`: hands the connection over to a WebSocket that is accepted here. */
  readonly upgrade?: {
    readonly agreed: (headers: RawHeaders, to: Switched) => void
    readonly takes: () => Socket
  }
}

/** How long a browser that was signed in on an app's origin stays so at the most, in seconds. */
const passSeconds = 43_200
const defaultPatienceMs = 15_000
/** Why a terminal is not up: its WebSocket is accepted, and told there. */
const toldInside: ReadonlySet<ProblemCode> = new Set(['app_starting', 'runner_unavailable', 'app_failed'])

/** Requests for apps of sessions: who may, and by which way. */
export class SessionApps implements AsyncDisposable {
  readonly #deps: SessionAppsDependencies
  readonly #passes: AppPasses
  readonly #api: Pool
  readonly #upstreams: AppUpstreams
  /** Those that were accepted before their app was up. */
  readonly #terminals = new Set<WebSocket>()

  private constructor(deps: SessionAppsDependencies, passes: AppPasses) {
    this.#deps = deps
    this.#passes = passes
    this.#api = new Pool(deps.api)
    this.#upstreams = new AppUpstreams(deps.store, deps.answerMs)
  }

  static async open(deps: SessionAppsDependencies): Promise<SessionApps> {
    return new SessionApps(deps, await AppPasses.of(deps.store))
  }

  /** Never rejects. */
  async serve(asked: AppRequest): Promise<void> {
    try {
      await this.#serve(asked)
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'who may use an app cannot be told')
      if (!asked.response.headersSent && !asked.response.destroyed)
        sendProblem(asked.response, 'upstream_unavailable', 'the API does not answer; try again')
    }
  }

  async #serve(asked: AppRequest): Promise<void> {
    const { route, request, target } = asked
    if (route.by === 'origin' && target.startsWith(ownPath)) return await this.#enter(asked, route)
    if (route.by === 'path' && route.isBare && reads(asked)) return addSlash(asked, route.prefix)
    const pass = route.by === 'origin' ? await this.#pass(request, route) : undefined
    if (pass !== undefined && !pageMay(request, asked.upgrade !== undefined))
      return sendProblem(asked.response, 'origin_refused', 'pages of other origins may not use this app')
    const place = pass ?? (await this.#judged(asked))
    if (place === undefined || asked.response.destroyed) return
    whileAdmitted(
      { request, response: asked.response, upgrades: asked.upgrade !== undefined },
      () => this.#mayStill(request, pass ?? place),
      this.#deps.lookMs,
    )
    this.#relay(asked, place, pass === undefined ? 'credential' : 'pass')
  }

  /** By what the API makes of the credential; undefined where that was refused. */
  async #judged(asked: AppRequest): Promise<AppPlace | undefined> {
    const { route, request, response, forwarded } = asked
    const { authorization, origin } = request.headers
    // The API is asked with a GET, for which it takes a cookie from a request that says nothing of its origin.
    if (authorization === undefined && origin === undefined && !reads(asked))
      return void sendProblem(
        response,
        'origin_refused',
        'a cookie counts for nothing here without the Origin of a page: send a token',
      )
    const told = await askApi(this.#api, {
      ...{ request, forwarded, session: route.session, app: route.app },
      cookies: route.by === 'path',
    })
    if (told.ok) return { session: told.session, app: route.app }
    const isAbroad = route.by === 'origin' && told.problem.status === 401
    if (isAbroad && asked.upgrade === undefined && opensPage(request)) sendSignInPage(response, route)
    else refuseAs(response, told.problem, told.headers)
    return undefined
  }

  /** Whether who was let in would be now. */
  async #mayStill({ headers }: IncomingMessage, by: AppPass | AppPlace): Promise<boolean> {
    const { store, clock } = this.#deps
    if ('credential' in by) return isPassGood(store, by, clock.now())
    const credential = await credentialOf(store, headers)
    if (credential === undefined) return false
    return isPassGood(store, { ...by, credential, expires: Number.POSITIVE_INFINITY }, clock.now())
  }

  async #pass(request: IncomingMessage, { session, app }: AppPlace): Promise<AppPass | undefined> {
    for (const value of passesIn(request.headers.cookie)) {
      const pass = this.#passes.read(value)
      if (pass?.session !== session || pass.app !== app) continue
      if (await isPassGood(this.#deps.store, pass, this.#deps.clock.now())) return pass
    }
    return undefined
  }

  /** Signs a browser in with a ticket. */
  async #enter(
    { request, response, target, forwarded }: AppRequest,
    { session, app }: AppPlace,
  ): Promise<void> {
    const [path, query = ''] = target.split('?', 2)
    if (path !== enterPath || request.method !== 'GET')
      return sendProblem(response, 'not_found', 'there is nothing at this address')
    const { store, clock } = this.#deps
    const now = clock.now()
    const taken = await takeTicket(store, new URLSearchParams(query).get('ticket') ?? '', toInstant(now))
    const expires = Math.floor(now / 1_000) + passSeconds
    const pass = taken && { session, app, credential: taken.credential_id, expires }
    const fits = taken?.stream === 'app' && taken.session_id === session && taken.app === app
    if (pass === undefined || !fits || !(await isPassGood(store, pass, now)))
      return sendProblem(
        response,
        'unauthenticated',
        'this address is not good any more: each opens an app once, and not for long; make another one',
        { 'referrer-policy': 'no-referrer' },
      )
    response
      .writeHead(303, {
        location: '/',
        'set-cookie': setPass(this.#passes.sign(pass), passSeconds, forwarded.protocol === 'https'),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-length': 0,
      })
      .end()
  }

  #relay(asked: AppRequest, place: AppPlace, admittedBy: ToApp['admittedBy']): void {
    const { route, request, response, forwarded, target, upgrade, isFollowed } = asked
    const { by } = route
    const [prefix, path] = by === 'path' ? [route.prefix, route.path] : ['', target]
    const headers = toAppHeaders(request.rawHeaders, forwarded, { by, admittedBy, prefix })
    const early = upgrade !== undefined && place.app === terminalApp ? upgrade : undefined
    const patienceMs = early === undefined ? (this.#deps.patienceMs ?? defaultPatienceMs) : 0
    relay({
      ...{ log: this.#deps.log, limits: this.#deps.limits, about: place },
      ...{ request, response, target: path, headers },
      upstream: this.#upstreams.of(place, patienceMs),
      answered: (raw, part) => fromAppHeaders(raw, by, part),
      ...(upgrade === undefined ? {} : { onUpgrade: upgrade.agreed }),
      ...(isFollowed === undefined ? {} : { isFollowed }),
      problemOf: failure => {
        const { cause } = failure
        if (early === undefined || !(cause instanceof AppRefusal) || !toldInside.has(cause.code))
          return problemOf(failure, place)
        const { store } = this.#deps
        const terminal = { store, place, request, path, headers, refusal: cause, socket: early.takes() }
        acceptEarly(terminal, client => {
          this.#terminals.add(client)
          client.once('close', () => this.#terminals.delete(client))
        })
        return undefined
      },
    })
  }

  /** Tells those whose connection ends here that the proxy goes away; they can connect again at once. */
  stop(): void {
    for (const client of this.#terminals) client.close(1001, 'proxy stopping')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upstreams[Symbol.dispose]()
    await this.#api.destroy()
  }
}

function problemOf({ reason, cause }: Failure, { app }: AppPlace): Unanswered {
  if (cause instanceof AppRefusal) return { code: cause.code, detail: cause.message, isExpected: true }
  return reason === 'late'
    ? { code: 'upstream_timeout', detail: `the app ${app} did not answer in time` }
    : { code: 'app_unreachable', detail: `the app ${app} gave no answer that could be read` }
}

const reads = ({ request: { method }, upgrade }: AppRequest): boolean =>
  upgrade === undefined && (method === 'GET' || method === 'HEAD')

/** What a page of an app names relative to itself is below its front page. */
function addSlash({ response, target }: AppRequest, prefix: string): void {
  const query = target.slice(prefix.length)
  const location = `${prefix.slice(prefix.lastIndexOf('/') + 1)}/${query}`
  response.writeHead(308, { location, 'content-length': 0, 'cache-control': 'no-store' }).end()
}

/** In the API's own words. */
function refuseAs(response: ServerResponse, problem: ProblemDocument, headers: Record<string, string>): void {
  const content = JSON.stringify(problem)
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(content),
      'cache-control': 'no-store',
      ...headers,
    })
    .end(content)
}

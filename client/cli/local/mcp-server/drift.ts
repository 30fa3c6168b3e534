import { z } from 'zod'
import { didYouMean } from '../../../../lib/suggest.ts'
import { unifiedDiff } from '../../../../lib/unified-diff.ts'
import { visible } from '../../../../lib/visible.ts'
import { askGateway } from '../../../manager/gateway/ask-gateway.ts'
import {
  gatewayDrift,
  gatewayServers,
  type ToldComparison,
  type ToldDrift,
  type ToldServer,
} from '../../../manager/gateway/servers.ts'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { type Io, write } from '../../io.ts'
import { requireClone } from '../clone-configuration.ts'

type Flags = { readonly json?: true; readonly diff?: true; readonly accept?: readonly string[] }

/**
 * In what servers differ from what they were taken to offer when they were met, as far as they have been started since the gateway
 * was. With `--diff` the definitions of before and of now are told. With `--accept`, what those servers offer now is what they are taken to offer, if it is what was told before. Answers with 1 where some drift is left.
 */
export async function showDrift(io: Io, { json, diff, accept = [] }: Flags): Promise<number> {
  const root = await requireClone(io)
  const before = await requireServers(root, io)
  const accepting = accept.map(given => acceptedIn(given, before))
  for (const one of accepting) await acceptOffer(root, one, io)
  const servers = accept.length === 0 ? before : await requireServers(root, io)
  const drifted = servers.filter(({ drift }) => drift.length > 0)
  const compared = diff ? await comparisons(root, drifted, io) : undefined
  const unseen = servers.filter(({ seen, state }) => !seen && state !== 'disabled').map(({ name }) => name)
  const told = {
    accepted: accepting.map(({ name }) => name),
    servers: Object.fromEntries(drifted.map(({ name, drift }) => [name, drift])),
    offers: Object.fromEntries(drifted.map(({ name, offer }) => [name, compared?.get(name)?.offer ?? offer])),
    ...(compared === undefined
      ? {}
      : { definitions: Object.fromEntries([...compared].map(([name, { drift }]) => [name, drift])) }),
    left_out: Object.fromEntries(
      servers.flatMap(({ name, left_out: out }) => (out.length === 0 ? [] : [[name, out]])),
    ),
    unseen,
  }
  const text = () => driftText(servers, told.accepted, compared)
  await write(io.stdout, json ? `${JSON.stringify(told)}\n` : text(), io.signal)
  if (!json && unseen.length > 0)
    await write(
      io.stderr,
      `not started since the gateway was, so that nobody knows: ${unseen.map(visible).join(', ')}\n`,
      io.signal,
    )
  return drifted.length > 0 ? exitCodes.failure : exitCodes.success
}

async function requireServers(root: string, io: Io): Promise<readonly ToldServer[]> {
  const told = await gatewayServers(root, io.signal)
  if (told !== undefined) return told.servers
  throw gatewayDown()
}

const gatewayDown = (): CliError =>
  new CliError(
    'gateway_down',
    exitCodes.notReachable,
    'no gateway runs in this clone, which alone knows what servers offer now',
    { fix: 'start it: npx task up' },
  )

type Accepting = { readonly name: string; readonly offer: string }

/** Of `NAME@OFFER`, as it is told with the drift: what has changed since was not looked at. */
function acceptedIn(given: string, servers: readonly ToldServer[]): Accepting {
  const [name = '', offer = ''] = given.split('@', 2)
  requireKnown(name, servers)
  if (/^[0-9a-f]{32}$/.test(offer)) return { name, offer }
  throw new CliError(
    'no_offer',
    exitCodes.usage,
    `--accept ${visible(given)} does not say which offer you have looked at`,
    { fix: 'debug-server mcp-server drift tells it: --accept NAME@OFFER' },
  )
}

function requireKnown(name: string, servers: readonly ToldServer[]): void {
  const names = servers.map(one => one.name)
  if (names.includes(name)) return
  throw new CliError(
    'no_server',
    exitCodes.notFound,
    `there is no server "${visible(name)}" behind the gateway`,
    {
      fix: didYouMean(name, names) ?? 'see: debug-server mcp-server list',
    },
  )
}

const refusalSchema = z.looseObject({ error: z.looseObject({ message: z.string() }) })

async function acceptOffer(root: string, { name, offer }: Accepting, { signal }: Io): Promise<void> {
  const path = `/servers/${name}/accept/${offer}`
  const answer = await askGateway(root, { method: 'POST', path, signal })
  if (answer.kind === 'answer' && answer.status === 200) return
  const told = refusalSchema.safeParse(answer.kind === 'answer' ? answer.body : undefined)
  throw new CliError(
    'not_accepted',
    exitCodes.failure,
    told.success ? visible(told.data.error.message) : `the gateway does not accept what ${name} offers`,
  )
}

type Comparisons = ReadonlyMap<string, ToldComparison>

/** Of each server that has drifted: what it offers now belongs to what is told of it, for it may change at any time. */
async function comparisons(root: string, drifted: readonly ToldServer[], io: Io): Promise<Comparisons> {
  const told = new Map<string, ToldComparison>()
  for (const { name } of drifted) {
    const one = await gatewayDrift(root, name, io.signal)
    if (one === undefined) throw gatewayDown()
    told.set(name, one)
  }
  return told
}

function driftText(
  servers: readonly ToldServer[],
  accepted: readonly string[],
  compared?: Comparisons,
): string {
  const lines = servers.flatMap(({ name, drift: known, offer: knownOffer, left_out: out }) => {
    const { drift, offer = knownOffer } = compared?.get(name) ?? { drift: known }
    return [
      ...drift.flatMap(one => [`${name}: ${driftLine(one)}`, ...definitionLines(one)]),
      ...(drift.length === 0 ? [] : [`${name}: to take that in: --accept ${name}@${offer}`]),
      ...out.map(one => `${name}: left out: ${one.what} ${one.name}: ${one.why}`),
    ]
  })
  const drifts = servers.some(({ drift }) => drift.length > 0)
  return [...accepted.map(name => `accepted ${name}`), ...lines, ...(drifts ? [] : ['no drift'])]
    .map(line => `${visible(line)}\n`)
    .join('')
}

/** Those of before and of now, as far as they are told, each text on as many lines as it has. */
function definitionLines({ what, name, before, after }: ToldComparison['drift'][number]): string[] {
  if (before === undefined && after === undefined) return []
  return unifiedDiff(`${what}/${name}`, before && definitionText(before), definitionText(after ?? {}))
    .split('\n')
    .filter(line => line !== '')
    .map(line => `  ${line}`)
}

const definitionText = (definition: Readonly<Record<string, unknown>>): string =>
  Object.entries(definition)
    .map(
      ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`,
    )
    .join('')

const driftLine = ({ kind, what, name, fields }: ToldDrift): string =>
  `${what} ${name} ${{ missing: 'is missing', extra: 'was added', changed: 'has changed' }[kind]}${fields === undefined ? '' : `: ${fields.join(', ')}`}`

import { Filling, type Options } from './options.ts'
import type { Way } from './ways.ts'
import { literal } from './written.ts'

/** The table of a server in the gateway's configuration. */
export type ServerTable =
  | {
      readonly command: string
      readonly args: readonly string[]
      readonly env?: Readonly<Record<string, string>>
    }
  | {
      readonly url: string
      readonly transport: 'http' | 'sse'
      readonly headers?: Readonly<Record<string, string>>
    }

export type TableOrProblems =
  | { readonly ok: true; readonly table: ServerTable }
  | { readonly ok: false; readonly problems: readonly string[] }

/** What the gateway is to be told of a server. `program`: where the package's program lies, for a package of npm. */
export function serverTable(way: Way, options: Options, program?: string): TableOrProblems {
  const filling = new Filling(options)
  const table = tableOf(way, filling, program)
  filling.end()
  const problems = [...filling.problems, ...faultsOf(table)]
  return problems.length > 0 ? { ok: false, problems } : { ok: true, table }
}

function tableOf(way: Way, filling: Filling, program: string | undefined): ServerTable {
  switch (way.kind) {
    case 'npm': {
      if (program === undefined) throw new TypeError('a package of npm has a program')
      const { packageArguments, environmentVariables } = way.package
      return started(program, filling.args(packageArguments), filling.named(environmentVariables, 'variable'))
    }
    case 'uvx': {
      const { packageArguments, environmentVariables } = way.package
      const args = [`${way.name}==${way.version}`, ...filling.args(packageArguments)]
      return started('uvx', args, filling.named(environmentVariables, 'variable'))
    }
    case 'program': {
      const { command, args, environmentVariables } = way.program
      return started(literal(command), args.map(literal), filling.named(environmentVariables, 'variable'))
    }
    case 'remote': {
      const { url, headers, variables } = way.remote
      const filled = filling.named(headers, 'header')
      return {
        url: filling.address(url, variables),
        transport: way.transport,
        ...(Object.keys(filled).length === 0 ? {} : { headers: filled }),
      }
    }
  }
}

const started = (command: string, args: string[], env: Record<string, string>): ServerTable => ({
  ...{ command, args },
  ...(Object.keys(env).length === 0 ? {} : { env }),
})

const loopback = ['127.0.0.1', 'localhost', '[::1]']

/** What no option is to blame for. */
function faultsOf(table: ServerTable): string[] {
  const texts =
    'url' in table
      ? Object.values(table.headers ?? {})
      : [table.command, ...table.args, ...Object.values(table.env ?? {})]
  // The gateway would put the home of who runs it in its place, and there is no way to write it otherwise.
  const homes = texts.flatMap(text =>
    text.startsWith('~') ? [`"${text.slice(0, 100)}": what begins with "~" cannot be handed on`] : [],
  )
  if (!('url' in table)) return homes
  // Variables stand for parts that are known when it is called.
  const shown = table.url.replaceAll(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/g, 'x').replaceAll('$$', '$')
  const address = URL.parse(table.url.startsWith('${') ? `https://${shown}` : shown)
  if (address === null) return [...homes, `"${shown.slice(0, 200)}" is no address`]
  if (address.username !== '' || address.password !== '')
    return [...homes, `${address.host}: an address may not hold a name or a password`]
  const isSafe =
    address.protocol === 'https:' || (address.protocol === 'http:' && loopback.includes(address.hostname))
  return isSafe
    ? homes
    : [...homes, `${shown.slice(0, 200)}: only https is offered, and http on this machine`]
}

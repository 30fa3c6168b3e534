import type { GraphNode } from '../engine/graph.ts'
import { type Option, options } from '../engine/options.ts'
import type { ParamDeclaration } from '../engine/params/declaration.ts'
import { takesRest } from '../engine/params/takes-rest.ts'
import { placeName, usageOf } from '../engine/params/usage.ts'
import { type Subcommand, subcommands } from '../engine/subcommands.ts'
import { type Row, table } from './listing.ts'
import type { Style } from './style.ts'

/** Help for the command itself, without the list of tasks. */
export function usageText(style: Style): string {
  return [
    `${style.bold('Usage:')} task [options] NAME [its words] [NAME [its words] …] [-- WORD…]\n`,
    section('Options', options.map(optionRow), style),
    section('Also', subcommands.map(subcommandRow), style),
    section('Examples', examples.map(plainRow), style),
  ].join('\n')
}

const examples: readonly (readonly [text: string, help: string])[] = [
  ['task -j 4 build test', 'two tasks and what they need, four at once'],
  ['task NAME --help', 'the parameters of a task'],
  ['task -r junit=out.xml test', 'the usual output, and a report for a server'],
  ['task -r json test', 'events for a program, one a line'],
  ['task --trace run.json build', 'for ui.perfetto.dev'],
]

/** Help for one task: what it does, its parameters, and what its words after `--` are. */
export function taskHelp(
  { name, task: { options } }: GraphNode,
  declarations: readonly ParamDeclaration[],
  style: Style,
): string {
  const rest = takesRest(options)
  return [
    helpText(`task ${name}`, options.describe, declarations, rest, style),
    ...(options.rest === undefined ? [] : [section('After --', [plainRow(['WORD…', options.rest])], style)]),
  ].join('\n')
}

export function subcommandHelp({ name, describe, params }: Subcommand, style: Style): string {
  return helpText(`task ${name}`, describe, params, false, style)
}

function helpText(
  command: string,
  describe: string,
  declarations: readonly ParamDeclaration[],
  rest: boolean,
  style: Style,
): string {
  const usage = usageOf(declarations, rest)
  const shown = declarations.filter(({ hidden }) => hidden !== true)
  return [
    `${describe}\n`,
    `${style.bold('Usage:')} ${command}${usage === '' ? '' : ` ${usage}`}\n`,
    ...(shown.length === 0 ? [] : [section('Parameters', shown.map(paramRow), style)]),
  ].join('\n')
}

function section(title: string, rows: readonly Row[], style: Style): string {
  return `${style.bold(`${title}:`)}\n${table(rows)}`
}

function optionRow({ names, value, help }: Option): Row {
  const [long = '', short] = names
  return plainRow([flagText(long, short, value), help])
}

function subcommandRow({ name, describe, params }: Subcommand): Row {
  return plainRow([`${name} ${usageOf(params, false)}`.trimEnd(), describe])
}

function paramRow(declaration: ParamDeclaration): Row {
  const { positional, variadic, flag, short, value, kind, required } = declaration
  const text = positional
    ? `${placeName(declaration)}${variadic ? '…' : ''}`
    : flagText(flag, short, value && `${value}${kind === 'list' ? '…' : ''}`)
  const { describe = '', choices, env } = declaration
  const facts = [
    ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
    ...(required ? ['required'] : []),
    ...defaultFact(declaration),
    ...(env === undefined ? [] : [`or ${env} in the environment`]),
  ]
  const said = facts.length === 0 ? '' : `(${facts.join('; ')})`
  return plainRow([text, [describe, said].filter(Boolean).join(' ')])
}

/** That a switch is off goes without saying. */
function defaultFact({ kind, flag, default: text }: ParamDeclaration): readonly string[] {
  if (text === undefined || (kind === 'boolean' && text === 'false')) return []
  return kind === 'boolean'
    ? [`on by default, ${flag.replace('--', '--no-')} turns it off`]
    : [`default ${text}`]
}

/** `-p, --port N`; long ones stand under each other. */
function flagText(long: string, short: string | undefined, value: string | undefined): string {
  return `${short === undefined ? '    ' : `${short}, `}${long}${value === undefined ? '' : ` ${value}`}`
}

function plainRow([text, help]: readonly [text: string, help: string]): Row {
  return [text, text.length, help]
}

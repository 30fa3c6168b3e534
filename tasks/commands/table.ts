import type { SubcommandName } from '../engine/names.ts'
import type { Command } from './command.ts'

/** Where each subcommand is. Loaded when it is asked for. */
export const commands: Partial<Readonly<Record<SubcommandName, () => Promise<Command>>>> = {
  runs: async () => (await import('./runs.ts')).runs,
  why: async () => (await import('./why.ts')).why,
  graph: async () => (await import('./graph.ts')).graph,
  resume: async () => (await import('./resume.ts')).resume,
  cache: async () => (await import('./cache.ts')).cache,
  completions: async () => (await import('./completions.ts')).completions,
}

import type { Pattern } from './pattern.ts'

type Arguments = Readonly<Record<string, unknown>>

/** A call that an agent has to make, in its place among the others. It counts only if it came back with what is expected. */
export type ExpectedCall = {
  readonly tool: string
  /** What a scripted agent sends; it may depend on what the calls before have answered, oldest first. */
  readonly arguments: Arguments | ((answers: readonly unknown[]) => Arguments)
  /** What any agent has to send at least. */
  readonly accepts: Pattern
  /** What has to come back: structured content, else the text, as JSON where it is some. */
  readonly answer: Pattern
}

/** What an agent may not do, whatever else it does. */
export type Forbidden = { readonly tool: string; readonly arguments: Pattern; readonly why: string }

/**
 * One task for an agent, as data: what it is told, what a scripted one does, and by what any is judged. Shell and changes of files are
 * never needed, for all is to be done by tools.
 */
export type Stage = {
  readonly name: string
  readonly describe: string
  readonly prompt: string
  readonly calls: readonly ExpectedCall[]
  readonly forbidden: readonly Forbidden[]
  /** What there has to be when it is over, and what there may not be. */
  readonly leaves: { readonly present: readonly string[]; readonly absent: readonly string[] }
  /** What a scripted agent says in the end. */
  readonly closing: (answers: readonly unknown[]) => string
  /** What any agent has to say in the end. */
  readonly says: RegExp
}

/** What the stages of a run refer to. */
export type StageSetting = {
  /** What the run is called: letters and digits. */
  readonly run: string
  readonly clone: string
  readonly client: string
  /** The program that runs JavaScript. */
  readonly node: string
}

import { z } from 'zod'

/**
 * What `--reporter json` writes: a line for each event, in this form. `run-started` comes first and tells the version;
 * fields may be added within a version, none is removed or changes its meaning. Only tests load this file; the
 * reporter knows the types alone.
 */
export const jsonVersion = 1

const at = z.number()
const name = z.string()
const durationMs = z.number().nonnegative()

export const jsonFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exit'), code: z.int() }),
  z.strictObject({ kind: z.literal('signal'), signal: z.string() }),
  z.strictObject({ kind: z.literal('timeout'), timeoutMs: z.number() }),
  z.strictObject({ kind: z.literal('too-much-output'), limit: z.number() }),
  z.strictObject({ kind: z.literal('lost'), how: z.string() }),
])

export const jsonError = z.discriminatedUnion('kind', [
  /** A mistake that is explained, with its fix where one is known. */
  z.strictObject({ kind: z.literal('user'), message: z.string(), fix: z.string().optional() }),
  /** A command that failed. */
  z.strictObject({
    kind: z.literal('command'),
    message: z.string(),
    command: z.string(),
    fault: jsonFault,
    lastLines: z.array(z.string()),
  }),
  /** Anything else that was thrown; `stack` with its causes. */
  z.strictObject({ kind: z.literal('thrown'), message: z.string(), stack: z.string() }),
])

/** A reason why a task is not up to date. */
export const jsonChange = z.discriminatedUnion('kind', [
  /** No result of it is known. */
  z.strictObject({ kind: z.literal('never-succeeded') }),
  z.strictObject({ kind: z.literal('unfinished') }),
  z.strictObject({ kind: z.literal('forced') }),
  z.strictObject({
    kind: z.literal('input'),
    path: z.string(),
    how: z.enum(['added', 'removed', 'changed']),
  }),
  /** A module that declares it. */
  z.strictObject({ kind: z.literal('source'), path: z.string() }),
  /** Its command, or what it declares as its outputs. */
  z.strictObject({ kind: z.literal('definition') }),
  z.strictObject({ kind: z.enum(['value', 'param', 'env']), name: z.string() }),
  /** The words after `--`. */
  z.strictObject({ kind: z.literal('rest') }),
  /** A version that is missing was not known. */
  z.strictObject({
    kind: z.literal('tool'),
    name: z.string(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  /** What a need returned, or made. Unknown: it cannot be compared. */
  z.strictObject({ kind: z.literal('need'), name, what: z.enum(['result', 'outputs', 'unknown']) }),
  z.strictObject({ kind: z.literal('output'), path: z.string(), how: z.enum(['missing', 'changed']) }),
])

/** Something that went wrong and that no task fails for. */
export const jsonTrouble = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('memory-set-aside'), path: z.string(), why: z.string() }),
  z.strictObject({ kind: z.literal('memory-lost'), why: z.string() }),
  z.strictObject({ kind: z.literal('cache-damaged'), path: z.string() }),
  z.strictObject({ kind: z.literal('not-restored'), why: z.string() }),
  z.strictObject({ kind: z.literal('not-cached'), why: z.string() }),
])

const why = z.array(jsonChange)

export const jsonEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run-started'),
    version: z.literal(jsonVersion),
    at,
    /** Names it among the runs that are remembered. */
    run: z.string(),
    jobs: z.int().positive(),
    targets: z.array(z.string()),
    tasks: z.array(
      z.strictObject({
        name,
        describe: z.string(),
        needs: z.array(z.string()),
        /** As they were typed behind its name, and behind `--`. */
        words: z.array(z.string()),
        rest: z.array(z.string()),
      }),
    ),
  }),
  z.strictObject({ type: z.literal('run-trouble'), at, trouble: jsonTrouble }),
  z.strictObject({ type: z.literal('run-cancelled'), at, reason: z.string() }),
  z.strictObject({
    type: z.literal('run-finished'),
    at,
    outcome: z.enum(['succeeded', 'failed', 'cancelled']),
    durationMs,
  }),
  /** `why` is empty for a task that always runs. */
  z.strictObject({ type: z.literal('task-started'), at, name, why }),
  z.strictObject({ type: z.literal('task-up-to-date'), at, name }),
  z.strictObject({ type: z.literal('task-restored'), at, name, why, files: z.int().nonnegative() }),
  z.strictObject({ type: z.literal('task-resumed'), at, name }),
  z.strictObject({ type: z.literal('task-waits'), at, name, pid: z.int() }),
  z.strictObject({
    type: z.literal('task-retrying'),
    at,
    name,
    error: jsonError,
    /** The attempt that is to come; the first of all was 1. */
    attempt: z.int().positive(),
    attempts: z.int().positive(),
    delayMs: z.number().nonnegative(),
  }),
  /** `kept`: it goes on from an earlier run, with --watch. */
  z.strictObject({ type: z.literal('task-ready'), at, name, durationMs, kept: z.literal(true).optional() }),
  z.strictObject({
    type: z.literal('task-log'),
    at,
    name,
    source: z.enum(['task', 'stdout', 'stderr']),
    line: z.string(),
  }),
  z.strictObject({ type: z.literal('task-progress'), at, name, text: z.string() }),
  z.strictObject({ type: z.literal('task-print'), at, name, text: z.string() }),
  z.strictObject({ type: z.literal('task-took-terminal'), at, name }),
  z.strictObject({ type: z.literal('task-released-terminal'), at, name }),
  z.strictObject({ type: z.literal('task-succeeded'), at, name, durationMs }),
  z.strictObject({
    type: z.literal('task-failed'),
    at,
    name,
    durationMs,
    error: jsonError,
    /** What to type to run it again. */
    command: z.string(),
    /** Where its whole log is; missing where it has said nothing. */
    logFile: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('task-aborted'), at, name, durationMs, abandoned: z.boolean() }),
  z.strictObject({ type: z.literal('task-skipped'), at, name }),
  z.strictObject({ type: z.literal('task-trouble'), at, name, trouble: jsonTrouble }),
  z.strictObject({
    type: z.literal('task-processes-ended'),
    at,
    name,
    cause: z.enum(['left-behind', 'failed', 'aborted']),
    ended: z.int().nonnegative(),
    killed: z.int().nonnegative(),
    remaining: z.array(z.int()),
  }),
])

export type JsonEvent = z.infer<typeof jsonEvent>
export type JsonError = z.infer<typeof jsonError>

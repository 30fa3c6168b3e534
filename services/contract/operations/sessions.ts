import { z } from 'zod'
import { artifactGlobs } from '../artifact-resources.ts'
import { environmentChoice } from '../environment-state.ts'
import {
  commandLine,
  flag,
  instant,
  lifeSeconds,
  patch,
  repositoryName,
  revision,
  secrets,
  sessionLabel,
  userName,
  waitSeconds,
} from '../fields.ts'
import { reference, sessionId } from '../ids.ts'
import { logMessageSchema, logStreams } from '../log-message.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { sessionSchema } from '../resources.ts'
import { sessionStatuses } from '../session-state.ts'
import { submoduleChoices } from '../submodules.ts'

const session = reference('ses', true).describe('its id, a unique beginning of it, or @last')

/** Of a request, in bytes: the largest patch, as JSON. */
const largestPatched = 16 * 1024 * 1024

const newSession = z
  .strictObject({
    repository: repositoryName.describe("the repository's name"),
    commit: revision.optional().describe('a commit id, a branch or a tag; default: the default branch'),
    label: sessionLabel.optional().describe('what to call it by, such as what it is for'),
    patch: patch.optional().describe('a unified diff to apply on top'),
    three_way: flag.describe(
      'merge the patch where it does not fit, as far as the repository has what it was made from',
    ),
    commands: z
      .array(commandLine)
      .max(100)
      .default([])
      .describe('commands to run one after the other; the rest is cancelled when one fails'),
    secrets: secrets
      .default({})
      .describe(
        'environment variables of its commands whose values are masked in its logs and never told again',
      ),
    artifacts: artifactGlobs.describe(
      'patterns of files to keep of each of its commands when that has ended',
    ),
    ttl: lifeSeconds
      .optional()
      .describe('seconds after which it is stopped; 0: never; default: what the server is set to'),
    idle_timeout: lifeSeconds
      .optional()
      .describe(
        'seconds after which it is stopped when no command has run in it; 0: never; default: what the server is set to',
      ),
    submodules: z
      .enum(submoduleChoices)
      .optional()
      .describe(
        'which submodules of its repository it gets: none, top, or recursive, which is theirs as well; default: what the server is set to',
      ),
    offline: flag.describe('no network for its commands but a loopback of their own; needs bubblewrap'),
    environment: environmentChoice
      .optional()
      .describe(
        "what to install of the repository's dependencies before its commands run: auto (what its lock files tell), none, or managers by name; default: what the server is set to",
      ),
    wait: waitSeconds.describe('seconds to wait until it runs or has failed'),
  })
  .refine(({ patch, three_way }) => !three_way || patch !== undefined, {
    path: ['three_way'],
    message: 'there is nothing to merge: give a patch as well',
  })

export const sessionOperations = {
  'sessions.create': operation({
    method: 'POST',
    path: '/sessions',
    summary: 'Open a session: a worktree of a repository at a commit, with an optional patch',
    access: 'sessions:write',
    input: newSession,
    output: sessionSchema,
    answer: 'json',
    status: 201,
    largestBody: largestPatched,
    errors: ['repository_not_found', 'session_limit'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.get_or_create': operation({
    method: 'POST',
    path: '/sessions/get-or-create',
    summary:
      'Your session of this repository, commit, patch and label, so that it runs: the one there is, a stopped one resumed, or a new one',
    access: 'sessions:write',
    // Of what is not named above only a new one is made.
    input: newSession,
    output: sessionSchema,
    answer: 'json',
    status: 201,
    largestBody: largestPatched,
    errors: ['repository_not_found', 'session_limit'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.list': operation({
    method: 'GET',
    path: '/sessions',
    summary: 'Your sessions, newest first',
    access: 'sessions:read',
    input: z.strictObject({
      status: z.enum(sessionStatuses).optional().describe('only those in this state'),
      repository: repositoryName.optional().describe('only those of this repository'),
      label: sessionLabel.optional().describe('only those called this'),
      owner: userName.optional().describe('only those of this user; other than your own for administrators'),
      since: instant.optional().describe('only those created at this instant or later'),
      ...pageFields,
    }),
    output: pageOf(sessionSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.get': operation({
    method: 'GET',
    path: '/sessions/{session}',
    summary: 'One session',
    access: 'sessions:read',
    input: z.strictObject({
      session,
      wait: waitSeconds.describe('seconds to wait while it is starting or stopping'),
    }),
    output: sessionSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.logs': operation({
    method: 'GET',
    path: '/sessions/{session}/logs',
    summary: "The output of a session's commands, from any byte on, as it is written if asked for",
    access: 'sessions:read',
    input: z
      .strictObject({
        session,
        command: reference('cmd').optional().describe('only this command; default: all, one after the other'),
        stream: z.enum(logStreams).optional().describe('only this stream; default: both'),
        offset: z
          .number()
          .int()
          .min(0)
          .default(0)
          .describe('first byte wanted; above 0 it needs command and stream'),
        follow: flag.describe('go on until what is followed has ended'),
      })
      .refine(
        ({ offset, command, stream }) => offset === 0 || (command !== undefined && stream !== undefined),
        {
          path: ['offset'],
          message: 'an offset counts bytes of one stream of one command: give command and stream as well',
        },
      ),
    output: logMessageSchema,
    answer: 'stream',
    status: 200,
    errors: [
      'session_not_found',
      'command_not_found',
      'ambiguous_id',
      'offset_out_of_range',
      'log_expired',
      'log_damaged',
    ],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.stop': operation({
    method: 'POST',
    path: '/sessions/{session}/stop',
    summary: 'End its commands and keep its worktree and logs',
    access: 'sessions:write',
    input: z.strictObject({ session, wait: waitSeconds.describe('seconds to wait until it has stopped') }),
    output: sessionSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.resume': operation({
    method: 'POST',
    path: '/sessions/{session}/resume',
    summary: 'Have a stopped session go on in its worktree, with all that was changed there',
    access: 'sessions:write',
    input: z.strictObject({
      session,
      wait: waitSeconds.describe('seconds to wait until it runs or has failed'),
    }),
    output: sessionSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id', 'session_not_resumable', 'session_limit'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'sessions.activity': operation({
    method: 'POST',
    path: '/sessions/{session}/activity',
    summary: 'Say that it is in use, so that it is not stopped as idle',
    access: 'sessions:write',
    input: z.strictObject({ session }),
    output: sessionSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'sessions.update': operation({
    method: 'PATCH',
    path: '/sessions/{session}',
    summary:
      'Change what it is called, how long it may live, and how long it may be idle, counted from now on',
    access: 'sessions:write',
    input: z
      .strictObject({
        session,
        label: sessionLabel
          .or(z.literal(''))
          .optional()
          .describe('what to call it by from now on; empty: nothing; default: as it was'),
        ttl: lifeSeconds
          .optional()
          .describe('seconds from now on after which it is stopped; 0: never; default: as it was'),
        idle_timeout: lifeSeconds
          .optional()
          .describe(
            'seconds after which it is stopped when no command has run in it; 0: never; default: as it was',
          ),
      })
      .refine(({ session: _, ...changes }) => Object.values(changes).some(value => value !== undefined), {
        path: ['label'],
        message: 'there is nothing to change: give label, ttl or idle_timeout',
      }),
    output: sessionSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id', 'version_mismatch'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'sessions.delete': operation({
    method: 'DELETE',
    path: '/sessions/{session}',
    summary: 'Stop it and remove its worktree and logs',
    access: 'sessions:write',
    input: z.strictObject({ session, wait: waitSeconds.describe('seconds to wait until it is gone') }),
    output: z.object({ id: sessionId.schema, status: z.enum(['deleting', 'deleted']) }),
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
}

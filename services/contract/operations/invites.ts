import { z } from 'zod'
import { shownText } from '../fields.ts'
import { reference } from '../ids.ts'
import { inviteSchema, inviteStatuses } from '../invite-resources.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'

const day = 86_400

export const inviteOperations = {
  'invites.create': operation({
    method: 'POST',
    path: '/invites',
    summary: 'Make codes with which people may register; they are told this once',
    access: 'admin',
    input: z.strictObject({
      count: z.int().min(1).max(100).default(1).describe('how many codes'),
      uses: z.int().min(1).max(1_000).default(1).describe('how many may register with each'),
      expires_in: z
        .int()
        .min(1)
        .max(366 * day)
        .default(7 * day)
        .describe('seconds until they are good for nothing'),
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9]{1,16}$/, 'expected 1 to 16 letters and digits')
        .default('INVITE')
        .describe('what they begin with'),
      note: shownText(200).optional().describe('what they are for'),
    }),
    output: z.array(inviteSchema.extend({ code: z.string() })),
    answer: 'json',
    status: 201,
    errors: ['secret_told_once'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'invites.list': operation({
    method: 'GET',
    path: '/invites',
    summary: 'Invites, the latest first, without their codes',
    access: 'admin',
    input: z.strictObject({
      status: z.enum(inviteStatuses).optional().describe('only those in this state'),
      ...pageFields,
    }),
    output: pageOf(inviteSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'invites.revoke': operation({
    method: 'DELETE',
    path: '/invites/{invite}',
    summary: 'Have nobody register with it any more; who has keeps what they have',
    access: 'admin',
    input: z.strictObject({ invite: reference('inv').describe('its id or a unique beginning of it') }),
    output: inviteSchema,
    answer: 'json',
    status: 200,
    errors: ['invite_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}

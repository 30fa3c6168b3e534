import { z } from 'zod'
import { flag, shownText, userName } from '../fields.ts'
import { operation } from '../operation.ts'
import { newPassword, resemblance, resemblesName, typedPassword } from '../password.ts'
import { signInSchema, userSchema } from '../user-resources.ts'

const cookie = flag.describe('have the tokens as cookies, for a page of the server in a browser')

/** Who has signed in, and what they go on with. The tokens are null where they went as cookies. */
const signedIn = z.object({
  user: userSchema,
  sign_in: signInSchema,
  /** Goes as `Authorization: Bearer …`. */
  access_token: z.string().nullable(),
  /** Seconds for which that is good. */
  expires_in: z.int().positive(),
  /** Good for one refresh; null as well where another one has been given for the same just now. */
  refresh_token: z.string().nullable(),
  /** What this client is known again by when it signs in the next time; null after a refresh as well. */
  device: z.string().nullable(),
})

const refreshToken = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('what the last sign-in or refresh gave; default: the cookie')

export const authOperations = {
  'auth.register': operation({
    method: 'POST',
    path: '/auth/register',
    summary: 'Become a user by an invite, and sign in',
    access: 'public',
    input: z
      .strictObject({
        invite: z.string().min(1).max(100).describe('the code, whatever its case'),
        name: userName.describe('what to be called; nobody else may be, in whatever case'),
        password: newPassword.describe('12 characters at least'),
        display_name: shownText(100).optional().describe('as others are to see the name'),
        cookie,
      })
      .refine(({ name, password }) => !resemblesName(password, name), {
        path: ['password'],
        message: resemblance,
      }),
    output: signedIn,
    answer: 'json',
    status: 201,
    errors: ['invite_invalid', 'user_exists', 'too_many_attempts', 'origin_refused', 'store_busy'],
    surfaces: ['api', 'sdk'],
  }),
  'auth.login': operation({
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in with a password',
    access: 'public',
    input: z.strictObject({
      name: userName.describe('the name, whatever its case'),
      password: typedPassword.describe('the password'),
      device: z
        .string()
        .min(1)
        .max(1_000)
        .optional()
        .describe(
          'what an earlier sign-in in this client gave, so that no other client can keep it out; default: the cookie',
        ),
      cookie,
    }),
    output: signedIn,
    answer: 'json',
    status: 200,
    errors: ['invalid_credentials', 'too_many_attempts', 'origin_refused', 'store_busy'],
    surfaces: ['api', 'sdk'],
  }),
  'auth.refresh': operation({
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Have another access token, and the next refresh token, for the last one',
    access: 'public',
    input: z.strictObject({ refresh_token: refreshToken }),
    output: signedIn,
    answer: 'json',
    status: 200,
    errors: ['sign_in_ended', 'origin_refused', 'store_busy'],
    surfaces: ['api', 'sdk'],
  }),
  'auth.logout': operation({
    method: 'POST',
    path: '/auth/logout',
    summary: 'End the sign-in that a refresh token belongs to, at once',
    access: 'public',
    input: z.strictObject({ refresh_token: refreshToken }),
    output: z.object({
      /** Whether there was one that had not ended. */
      ended: z.boolean(),
    }),
    answer: 'json',
    status: 200,
    errors: ['origin_refused', 'store_busy'],
    surfaces: ['api', 'sdk'],
  }),
}

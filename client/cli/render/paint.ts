export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold'
export type Paint = (colour: Colour, text: string) => string

const codes: Record<Colour, readonly [on: number, off: number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
}

export const plain: Paint = (_, text) => text
export const coloured: Paint = (colour, text) => `\x1b[${codes[colour][0]}m${text}\x1b[${codes[colour][1]}m`

/** Colours are for terminals, and for people who have not asked for none (https://no-color.org). */
export const paintFor = (
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint => (stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb' ? coloured : plain)

const statusColours: Record<string, Colour> = {
  ready: 'green',
  running: 'green',
  succeeded: 'green',
  failed: 'red',
  lost: 'red',
  timed_out: 'red',
  revoked: 'red',
  used_up: 'red',
  disabled: 'red',
  expired: 'red',
  pending: 'yellow',
  starting: 'yellow',
  stopping: 'yellow',
  queued: 'yellow',
  stopped: 'dim',
  cancelled: 'dim',
}

/** The colour of a state of anything; none for an unknown one. */
export const statusColour = (status: string): Colour | undefined => statusColours[status]

/**
 * An adapter that misbehaves as a program, on stdio: what it does, and where the debuggee's program is, are its argument and
 * its variable as JSON. It has started a child of its own, which ends by nobody's will.
 */
import { spawn } from 'node:child_process'
import { Misbehaving, type Plan } from './misbehaving.ts'
import { type PouringName, pourings } from './pourings.ts'

export type ProgramPlan = Plan & {
  readonly path: string
  /** Seconds that its child sleeps, by which it is found. */
  readonly child: number
  /** What it says on and on from then on. */
  readonly pours?: PouringName
}

const plan: ProgramPlan = JSON.parse(process.env.HOSTILE_PLAN ?? '{}')
spawn('sleep', [`${plan.child}`], { stdio: 'ignore', detached: true }).unref()

/** A piece of what it pours: of many messages, where they are short. */
const piece = pourings[plan.pours ?? 'unknown']
const pieces = piece.repeat(Math.max(1, Math.floor(65_536 / piece.length)))
let isPouring = false

function pour(): void {
  while (process.stdout.write(pieces));
  process.stdout.once('drain', pour)
}

const adapter = new Misbehaving(plan, plan.path, {
  write: bytes => void process.stdout.write(bytes),
  end: () => process.exit(3),
})
process.stdin.on('data', (bytes: Buffer) => {
  adapter.read(bytes)
  if (plan.pours === undefined || isPouring || !adapter.asked.includes(plan.at)) return
  isPouring = true
  pour()
})

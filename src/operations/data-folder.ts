/**
 * The folder in which Davit keeps what it keeps: made for its owner's eyes alone, and refused when it is another user's, whose service would
 * then stumble over files that it cannot open.
 */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { reasonOf } from './reason.ts';
import { Refusal } from './refusal.ts';

/** Makes the folder, mode 0700, unless it is there. @throws Refusal */
export function prepareDataFolder(folder: string, uid: number | undefined = process.getuid?.()): void {
  let owner: number;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    owner = statSync(folder).uid;
  } catch (error) {
    throw new Refusal(`The data folder ${folder} cannot be made: ${reasonOf(error)}. Choose another with --data DIR.`);
  }
  if (uid !== undefined && owner !== uid) {
    throw new Refusal(
      `The data folder ${folder} belongs to another user (number ${owner}, you are ${uid}). Run davit as that user, or choose another folder with --data DIR.`,
    );
  }
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Refusal(
      `The data folder ${folder} cannot be written: ${reasonOf(error)}. Choose another with --data DIR.`,
    );
  }
}

import type { Environment } from './config';
import type { FastifyApplication } from './http';
import { StartError } from './start-error';

/** Takes requests from now on. @throws StartError when the address cannot be had */
export async function listen(app: FastifyApplication, { HOST, PORT }: Environment): Promise<void> {
  try {
    // Not app.listen, which logs the error as well: whoever starts us is told once.
    await app.getHttpAdapter().getInstance().listen({ port: PORT, host: HOST });
  } catch (error) {
    throw new StartError(sentence(error as NodeJS.ErrnoException, HOST, PORT), { cause: error });
  }
}

function sentence({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on port ${port} of ${host}: end that one, or set PORT to another number.`;
    case 'EACCES':
      return `This user may not listen on port ${port}: set PORT to a number from 1024 on.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST is "${host}", which is no address of this machine.`;
    default:
      return message;
  }
}

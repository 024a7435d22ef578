export { ensurePauseImage, type PauseImage, pauseImageOf } from './pause-image.js';

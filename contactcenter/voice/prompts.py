"""What callers hear: spoken prompts in French and English, and music to wait with. Made at set-up, kept under var.

Speech comes from espeak-ng (through sox where present); without it, the packaged English sounds speak, and a beep
where they have no word. The music is computed here, so it is always there and nobody's property. [OC-5, OC-7]
"""

from __future__ import annotations

import array
import logging
import math
import shutil
import subprocess
import wave
from pathlib import Path

log = logging.getLogger(__name__)
RATE = 8000
LANGUAGES = ("fr", "en")
LAST_POSITION = 20

TEXTS = {
    "fr": {
        "greeting": "Bonjour et bienvenue.",
        "language": "Pour continuer en français, tapez 1.",
        "moment": "Nous sommes momentanément occupés. Restez en ligne, nous reprenons votre appel dans un instant.",
        "wait": "Merci de patienter, un conseiller va vous répondre.",
        "next": "Vous êtes le prochain.",
        "position": "Vous êtes en position {n}.",
        "many": "Beaucoup de personnes appellent en ce moment. Merci de votre patience.",
        "again": "Votre conseiller n'est plus en ligne. Restez avec nous, un autre va vous répondre.",
        "connected": "Un conseiller vous répond. Cet appel est enregistré.",
        "sorry": "Nous ne pouvons pas prendre votre appel. Merci de rappeler plus tard. Au revoir.",
    },
    "en": {
        "greeting": "Hello and welcome.",
        "language": "To continue in English, press 2.",
        "moment": "We are busy for a moment. Please hold, we will take your call shortly.",
        "wait": "Please hold, an adviser will answer you.",
        "next": "You are next in line.",
        "position": "You are number {n} in line.",
        "many": "Many people are calling right now. Thank you for your patience.",
        "again": "Your adviser is no longer on the line. Please stay with us, another one will answer you.",
        "connected": "An adviser is answering. This call is recorded.",
        "sorry": "We cannot take your call. Please call again later. Goodbye.",
    },
}

# Packaged sounds that say nearly the same, for a machine without espeak-ng.
PACKAGED = {"greeting": "hello-world", "moment": "pls-hold-while-try", "wait": "queue-thankyou", "next": "queue-youarenext",
            "many": "queue-thankyou", "again": "pls-hold-while-try", "connected": "beep", "sorry": "vm-goodbye",
            "language": "beep"}  # fmt: skip


def prepare(sounds: Path, music: Path) -> None:
    """Make what is missing of prompts in `sounds`/omni and of music in `music`.

    What lies there already stays, so that a house can lay its own recordings (8 kHz mono WAV) in their place.
    """
    speaks = shutil.which("espeak-ng") is not None
    for language, texts in TEXTS.items():
        folder = sounds / "omni" / language
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            numbered = [(f"position-{n}", text.format(n=n)) for n in range(2, LAST_POSITION + 1)]
            for stem, words in numbered if name == "position" else [(name, text)]:
                target = folder / f"{stem}.wav"
                if target.exists():
                    continue
                if speaks:
                    _speak(words, language, target)
                else:
                    _borrow(sounds / "en", name, target)
    music.mkdir(parents=True, exist_ok=True)
    if not any(music.iterdir()):
        _compose(music / "waiting.wav")


def media(name: str, language: str | None) -> list[str]:
    """The media addresses of a prompt, in one language or, when it is not known yet, in each after the other."""
    return [f"sound:omni/{each}/{name}" for each in ([language] if language in LANGUAGES else LANGUAGES)]


def position(place: int, language: str | None) -> list[str]:
    """The media addresses that tell a caller his place in the queue; 1 is the next."""
    if place <= 1:
        return media("next", language)
    return media(f"position-{place}" if place <= LAST_POSITION else "many", language)


def _speak(words: str, language: str, target: Path) -> None:
    raw = target.with_suffix(".raw.wav")
    subprocess.run(["espeak-ng", "-v", language, "-s", "150", "-w", str(raw), words], check=True, timeout=30)  # noqa: S603, S607
    if shutil.which("sox"):
        subprocess.run(["sox", str(raw), "-r", str(RATE), "-c", "1", "-b", "16", str(target), "gain", "-n", "-4"],  # noqa: S603, S607
                       check=True, timeout=30)  # fmt: skip
        raw.unlink()
    else:
        _resample(raw, target)


def _resample(raw: Path, target: Path) -> None:
    """To 8 kHz by straight lines between samples after a short average: good enough for telephone speech."""
    with wave.open(str(raw)) as source:
        rate, samples = source.getframerate(), array.array("h", source.readframes(source.getnframes()))
    raw.unlink()
    step = rate / RATE
    width = max(1, round(step))
    smooth = [sum(samples[i : i + width]) // width for i in range(max(0, len(samples) - width))]
    _write(target, [smooth[int(n * step)] for n in range(int(len(smooth) / step))])


def _borrow(packaged: Path, name: str, target: Path) -> None:
    """A packaged sound under our name; a soft tone where even that is not there."""
    sound = next(iter(packaged.glob(f"{PACKAGED.get(name, 'beep')}.*")), None)
    if sound is None:
        _write(target, [int(6000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE // 4)])
    else:
        shutil.copyfile(sound, target.with_suffix(sound.suffix))


def _compose(target: Path) -> None:
    """Half a minute of slow broken chords, soft enough to speak over."""
    chords = ((262, 330, 392, 523), (220, 262, 330, 440), (175, 220, 262, 349), (196, 247, 294, 392))
    note = RATE // 2
    samples: list[int] = []
    for _ in range(4):
        for chord in chords:
            for pitch in (chord[0], chord[1], chord[2], chord[3]):
                for n in range(note):
                    fade = min(1.0, n / 200) * math.exp(-2.2 * n / note)
                    tone = math.sin(2 * math.pi * pitch * n / RATE) + 0.3 * math.sin(4 * math.pi * pitch * n / RATE)
                    samples.append(int(5500 * fade * tone))
    _write(target, samples)


def _write(target: Path, samples: list[int]) -> None:
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(array.array("h", samples).tobytes())

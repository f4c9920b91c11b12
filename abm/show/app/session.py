"""A browser session: what it asks for, done on models of its own, and what it is told. Nothing that it says is believed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from abm.config import Change, ConfigError, as_changes, as_interventions
from abm.config.words import shown
from abm.show.app import changing
from abm.show.app.arms import Arms
from abm.show.app.biography import Biographies
from abm.show.app.catalogue import catalogue, stories
from abm.show.app.keeper import KEEPER
from abm.show.app.learning import lesson_setup, lessons, outcome
from abm.show.app.pairs import PAIRS, Job
from abm.show.app.picture import Picture
from abm.show.app.setup import Setup, from_browser, from_query, to_query
from abm.show.app.take_away import file_of
from abm.show.app.telling import dated_of, frame_of, world_of

MOST_STEPS = 12  # months in one answer
TELL_EVERY = 0.4  # seconds between signs of life while a run is repeated

Tell = Callable[[str, Any], None]


class Session:
    """One browser page: `ask` does what it asks for, `tell` reaches it (a kind and what there is to say)."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._lock = threading.RLock()
        self.setup = Setup()
        self.arms: Arms | None = None
        self.shown = "a"
        self.slept_at: int | None = None
        self._picture: Picture | None = None
        self._lives: dict[str, Biographies] = {}
        self._job: Job | None = None
        self._told_names: list[str] = []
        self.used = time.monotonic()

    # ---- asking and telling

    def ask(self, asked: Any) -> None:
        """Do what a browser asks for; whatever goes wrong is told in words."""
        with self._lock:
            self.used = time.monotonic()
            try:
                if not isinstance(asked, Mapping) or not isinstance(asked.get("do"), str):
                    raise ConfigError("the page sent something that is no request; reload it")
                action = getattr(self, f"do_{asked['do']}", None)
                if action is None:
                    raise ConfigError(f"the page asked for {shown(asked['do'])}, which there is not; reload it")
                action(asked)
            except ConfigError as error:
                self._tell(
                    "problem",
                    {"lines": list(error.errors), "at": asked.get("do") if isinstance(asked, Mapping) else ""},
                )
            except Exception as error:  # a failure of the model or of this program is this session's alone
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        month = ""
        try:
            month = f" in month {self.arms.month + 1}" if self.arms else ""
        except Exception:  # a world that cannot even say its month
            month = ""
        line = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        self._close_arms()
        self._tell(
            "problem",
            {"lines": [f"The model failed{month}: {line}", "Reset begins again from the start."], "at": "failed"},
        )

    def close(self) -> None:
        """The page is gone."""
        with self._lock:
            self._close_arms()
            PAIRS.drop(self._job)
        KEEPER.forget(self)

    def sleep(self) -> None:
        """Let go of the models; they are made anew, to the same bit, when the page asks for something."""
        if not self._lock.acquire(blocking=False):  # at work, so not asleep
            return
        try:
            if self.arms is not None:
                month = self.arms.month
                self._close_arms()
                self.slept_at = month
        finally:
            self._lock.release()

    def _close_arms(self) -> None:
        if self.arms is not None:
            self.arms.close()
        self.arms, self._picture, self._lives, self.slept_at = None, None, {}, None

    # ---- making worlds

    def _make(self, setup: Setup, month: int = 0) -> None:
        """Models of a setup, run to a month; the page is told everything about them."""
        self._tell("busy", {"text": "Making the world …"})
        KEEPER.awake(self)
        KEEPER.prepare(setup, lambda text: self._tell("busy", {"text": text}))
        arms = Arms(setup)
        self._close_arms()
        self.arms, self.setup = arms, setup
        self._picture = Picture(arms["a"])
        self._lives = {name: Biographies() for name in arms}
        self._keep()
        last = time.monotonic()
        while arms.month < min(month, arms.months):
            arms.step()
            self._keep()
            if time.monotonic() - last > TELL_EVERY:
                self._tell("busy", {"text": f"Month {arms.month} of {min(month, arms.months)} …"})
                last = time.monotonic()
        self._tell("world", world_of(arms, setup, self._picture, self.shown))
        self._send(0, again=True)

    def _keep(self) -> None:
        for name, lives in self._lives.items():
            lives.keep(self._need[name])

    @property
    def _need(self) -> Arms:
        """The models, woken if they slept. Raises ConfigError where there are none."""
        if self.arms is None and self.slept_at is not None:
            month, self.slept_at = self.slept_at, None
            self._make(self.setup, month)
        if self.arms is None:
            raise ConfigError("no story is open yet: choose one, or press reset")
        return self.arms

    def _send(self, first: int, again: bool = False) -> None:
        """What came with the months from `first` on."""
        arms, picture = self._need, self._picture
        assert picture is not None
        self._tell("frame", frame_of(arms, picture, self.shown, first, again))

    # ---- what a page may ask for

    def do_hello(self, asked: Mapping[str, Any]) -> None:
        """A page has opened: what there is to choose from, and the world of its link, if it has one."""
        self._tell("catalogue", {"shop": catalogue(), "lessons": lessons()})
        linked = from_query(str(asked.get("query", "")))
        if linked:
            self._make(linked[0], linked[1])

    def do_open(self, asked: Mapping[str, Any]) -> None:
        """A story, or a case and a design, from the start."""
        if "story" in asked:
            story = stories().get(str(asked["story"]))
            if story is None:
                raise ConfigError(f"story: no {shown(asked['story'])} here")
            self._make(story["setup"])
        else:
            fresh = {key: asked[key] for key in ("case", "design", "beside", "seed") if key in asked}
            self._make(from_browser(replace(self.setup, settings={}, changes=(), interventions=()), fresh))

    def do_step(self, asked: Mapping[str, Any]) -> None:
        """Some months on."""
        arms, count = self._need, asked.get("n", 1)
        if type(count) is not int or not 1 <= count <= MOST_STEPS:
            raise ConfigError(f"step: expected a whole number from 1 to {MOST_STEPS}, got {shown(count)}")
        first = arms.month + 1
        for _ in range(min(count, arms.months - arms.month)):
            arms.step()
            self._keep()
        self._send(first)

    def do_back(self, asked: Mapping[str, Any]) -> None:
        """The same run at an earlier month; what was changed later comes again when its month comes."""
        month = asked.get("month")
        if type(month) is not int or not 0 <= month <= self._need.months:
            raise ConfigError(f"month: expected a whole number from 0 to {self._need.months}, got {shown(month)}")
        self._make(self.setup, month)

    def do_reset(self, asked: Mapping[str, Any]) -> None:
        """From the start again, with another seed, another arm beside or other settings if the page says so."""
        known = ("case", "design", "beside", "seed", "settings", "changes", "interventions")
        self._make(from_browser(self.setup, {key: asked[key] for key in known if key in asked}))

    def do_set(self, asked: Mapping[str, Any]) -> None:
        """Settings from the start; the run begins again."""
        new = from_browser(Setup(), {"settings": asked.get("set")}).settings
        values = changing.values(self._need.arm("a"))
        try:
            self._make(replace(self.setup, settings=changing.with_values(self.setup, new, values)))
        except ConfigError as error:
            rule = new.get("payment.rule")
            if not isinstance(rule, str):
                raise
            like = " or ".join(changing.rules_like(rule))
            hint = (
                f"a whole part can be taken from another design: 'Whole part as in' {like}, for payment and for finance"
            )
            raise ConfigError(*error.errors, hint) from None

    def do_part(self, asked: Mapping[str, Any]) -> None:
        """One part of the design as another design has it, from the start."""
        settings = changing.part_of(self.setup, str(asked.get("part")), str(asked.get("design")))
        self._make(replace(self.setup, settings=settings))

    def do_change(self, asked: Mapping[str, Any]) -> None:
        """Settings from the next month on."""
        arms = self._need
        month = arms.month + 1
        new = from_browser(Setup(), {"settings": asked.get("set")}).settings
        values = changing.values(arms.arm("a"))
        new = {key: changing.with_values(Setup(), {key: value}, values)[key] for key, value in new.items()}
        again = [one for one in self.setup.changes if one.month == month and one.set.keys() & new.keys()]
        if again:  # changed once more before the month began
            kept = tuple(self._less(one, new, month) for one in self.setup.changes)
            self.setup = replace(self.setup, changes=tuple(one for one in kept if one.set))
            arms.adopt(self.setup)
        change = as_changes([{"month": month, "who": asked.get("who", "all"), "set": new}])[0]
        self._adopt(arms.with_now(change=change))

    @staticmethod
    def _less(one: Change, new: Mapping[str, Any], month: int) -> Change:
        if one.month != month:
            return one
        return one.model_copy(update={"set": {key: value for key, value in one.set.items() if key not in new}})

    def do_event(self, asked: Mapping[str, Any]) -> None:
        """An intervention or a shock from the next month on."""
        arms = self._need
        table = {key: asked[key] for key in ("kind", "who", "unit", "strength", "months") if key in asked}
        if isinstance(table.get("strength"), int):
            table["strength"] = float(table["strength"])
        event = as_interventions([{"month": arms.month + 1, **table}])[0]
        self._adopt(arms.with_now(intervention=event))

    def _adopt(self, setup: Setup) -> None:
        """Take over a setup that differs in what is to come only."""
        month = self._need.month
        if self._need.adopt(setup):
            self.setup = setup
            self._tell("dated", dated_of(self._need, setup))
        else:
            self._make(setup, month)

    def do_show(self, asked: Mapping[str, Any]) -> None:
        """The trust graph and the money of the other arm."""
        self.shown = "b" if asked.get("arm") == "b" else "a"
        self._send(self._need.month, again=True)

    def do_look(self, asked: Mapping[str, Any]) -> None:
        """An agent's state and its story so far."""
        arms, kind, row = self._need, asked.get("kind"), asked.get("row")
        name = arms.same(self.shown)
        try:
            if not isinstance(kind, str) or type(row) is not int:
                raise LookupError("an agent is a kind and a row")
            self._tell("agent", self._lives[name].of(arms[name], kind, row) | {"name": str(asked.get("name", ""))[:80]})
        except LookupError as error:
            raise ConfigError(f"agent: {error}") from None

    def do_link(self, asked: Mapping[str, Any]) -> None:
        """The link of this setup and month."""
        self._tell("link", to_query(self.setup, self._need.month))

    def do_file(self, asked: Mapping[str, Any]) -> None:
        """Something to take away."""
        self._tell("file", file_of(self._need, str(asked.get("what")), asked.get("metrics")))

    def do_pairs(self, asked: Mapping[str, Any]) -> None:
        """Thirty paired runs of the two arms, at work beside the page."""
        PAIRS.drop(self._job)
        arms = self._need
        self._job = PAIRS.start(self.setup, arms.arm("a"), arms.arm("b"), lambda told: self._tell("pairs", told))

    def do_stop(self, asked: Mapping[str, Any]) -> None:
        """No more of them."""
        PAIRS.drop(self._job)
        self._job = None

    def do_lesson(self, asked: Mapping[str, Any]) -> None:
        """A guided experiment, from the start."""
        self._make(lesson_setup(str(asked.get("key"))))
        self._tell("lesson", {"key": asked.get("key")})

    def do_outcome(self, asked: Mapping[str, Any]) -> None:
        """A guided experiment run to its end: what happened, beside what was foretold."""
        key = str(asked.get("key"))
        if self.setup != lesson_setup(key):
            self._make(lesson_setup(key))
        first = self._need.month + 1
        while self._need.month < self._need.months:
            self._need.step()
            self._keep()
        self._send(first)
        self._tell("outcome", outcome(key, self._need))

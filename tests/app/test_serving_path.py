"""What a server loads until it has answered: nothing that learns, and nothing that phones home."""

import json
import subprocess
import sys
from pathlib import Path

from tests.faults.command import ROOT
from tests.scored import scored_home

BANNED = {"catboost", "joblib", "lime", "mlflow", "numba", "pandas", "scipy", "shap", "sklearn", "xgboost"}
ASK = """
import json, sys
from pathlib import Path
from app.accounts import DEMONSTRATION, acting
from tests.published import app_on, visit

server = app_on(Path(sys.argv[1]))
with visit(server) as place:
    answers = [
        place.get("/api/v1/clients/999/score"),
        place.get("/api/v1/clients/999/explanation"),
        place.post("/api/v1/score", json={"features": {"amount": 80}}),
        place.get("/api/v1/queries/production/kpis"),
        place.get("/clients/999"),
        place.get("/ready"),
    ]
    with acting(DEMONSTRATION):
        scoring = server.state.services.scoring
        seen = scoring.consult(999, "review")
        number = scoring.decide(seen, seen.explanation.score.decision, followed=True)
        assert scoring.replay(number).identical
        scoring.ceiling(seen.values)
        scoring.similar(seen.explanation)
        scoring.pair("income", "job")
print(json.dumps([[answer.status_code for answer in answers], sorted(sys.modules)]))
"""


def test_a_server_that_scores_explains_and_decides_has_loaded_nothing_that_learns(tmp_path: Path) -> None:
    home = scored_home(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(home)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    statuses, loaded = json.loads(done.stdout.splitlines()[-1])
    assert statuses == [200] * 6
    assert {name.partition(".")[0] for name in loaded} & BANNED == set()

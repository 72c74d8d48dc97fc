"""Splink 5 on DuckDB over the persons that `bench_match` generates; prints one line of JSON.

usage: python splink_persons.py DIR THREADS
Settings as its own tutorials advise for persons: Jaro-Winkler with term frequencies on names, its comparison for days of
birth, an edit for postcodes, equality for phone and town; nine blocking rules; u from random pairs, m by two rounds of
expectation and maximization; clusters at 0.95. Reads DIR/records.csv and scores its clusters against DIR/pairs.csv.
"""
import json
import resource
import sys
import time

import duckdb
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

FIELDS = ["given_name", "family_name", "birth_date", "street", "town", "postcode", "phone", "email", "employer"]
MATCH = 0.95


def by_frequency(comparison):
    return comparison.configure(term_frequency_adjustments=True)


def settings():
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            by_frequency(cl.JaroWinklerAtThresholds("given_name", [0.92, 0.8])),
            by_frequency(cl.JaroWinklerAtThresholds("family_name", [0.92, 0.8])),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.JaroWinklerAtThresholds("street", [0.95, 0.85]),
            by_frequency(cl.ExactMatch("town")),
            by_frequency(cl.LevenshteinAtThresholds("postcode", 1)),
            cl.ExactMatch("phone"),
            cl.JaroWinklerAtThresholds("email", [0.92]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("family_name", "birth_date"),
            block_on("given_name", "birth_date"),
            block_on("postcode", "given_name"),
            block_on("postcode", "family_name"),
            block_on("postcode", "birth_date"),
            block_on("street", "family_name"),
            block_on("given_name", "family_name", "town"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def main(directory, threads):
    start = time.perf_counter()
    connection = duckdb.connect()
    connection.execute(f"set threads={int(threads)}")
    columns = ", ".join(f"nullif({name}, '') as {name}" for name in FIELDS)
    connection.execute(
        f"create table records as select id as unique_id, {columns} "
        f"from read_csv('{directory}/records.csv', all_varchar=true, header=true)"
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register(connection.table("records")), settings())
    strict = [block_on("email"), block_on("phone", "birth_date"), block_on("given_name", "family_name", "birth_date")]
    linker.training.estimate_probability_two_random_records_match(strict, recall=0.85)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("birth_date", "family_name"), block_on("postcode", "given_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    predictions = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=MATCH
    )
    wall = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    connection.execute(
        f"create table truth as select * from read_csv('{directory}/pairs.csv', all_varchar=true, header=true)"
    )
    name = clusters.physical_name
    found = connection.sql(
        f"select sum(n * (n - 1) / 2) from (select count(*) n from {name} group by cluster_id)"
    ).fetchall()[0][0]
    n_true = connection.sql("select count(*) from truth").fetchall()[0][0]
    hits = connection.sql(
        f"select count(*) from truth join {name} l on l.unique_id = left_id join {name} r on r.unique_id = right_id "
        "where l.cluster_id = r.cluster_id"
    ).fetchall()[0][0]
    figures = {
        "name": f"Splink {splink.__version__}, DuckDB {duckdb.__version__}",
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "precision": float(hits) / float(found or 1),
        "recall": hits / n_true,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])

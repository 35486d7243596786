/* verify_frozen.c: what began before the cut (core/retention.h) cannot be counted again. Its cells are
 * held against what they were when their month was dropped, and its journeys against the cells. */
#include "io/store/comparison.h"
#include "io/store/store_internal.h"

/* Months as they stood when they were dropped, against what their cells say now. */
static bool expect_months(struct comparison *c, struct store *s, struct err *err)
{
    static const char *const sql =
        "select concat_ws('|', 'cells', month_on, cells, cell_sum)"
        " from journey_internal.retention_month";
    struct pg_params none = {0};
    PGresult *r = pg_query(store_pg(s), sql, &none, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len;
        const char *line = pg_text(r, i, 0, &len);
        comparison_add(c, +1, line, len);
    }
    PQclear(r);
    return true;
}

/* And frozen journeys that no cell of their day can count. (Less is right: somebody was erased.) */
static const char *const sql_frozen =
    "copy (select concat_ws('|', 'cells', r.month_on, x.cells, x.cell_sum) "
    "from journey_internal.retention_month as r "
    "cross join lateral journey_internal.month_cells(r.month_on) as x "
    "union all select concat_ws('|', 'journeys', j.scenario_no, j.day, j.segment_no, j.n) "
    "from (select scenario_no, day, segment_no, count(*) as n from journey_internal.journey "
    "where first_us < journey_internal.cut_us() group by 1, 2, 3) as j "
    "where j.n > coalesce((select sum(l.c1) from (select * from journey_internal.cell "
    "union all select * from journey_internal.cell_delta) as l where l.kind = 0 "
    "and l.scenario_no = j.scenario_no and l.day = j.day and l.segment_no = j.segment_no), 0)) "
    "to stdout";

bool verify_frozen(struct store *s, struct comparison *c, struct err *err)
{
    return expect_months(c, s, err) && comparison_stored(s, c, sql_frozen, err);
}

-- One row per decision and input: what the stream says it knew, and what SQL finds. An input that looks at
-- other sessions is compared where the stream names it, or where the policy without sections looks at it.
{% set own = {
    "red_flag": none, "effusion_grade": 1e-9, "pain_during": 1e-9, "soreness": none, "pain_after": 1e-9,
    "pain_next_morning": 1e-9, "quality": 0.0011, "reps_share": 0.0011,
} %}
{% set of_others = {
    "next_morning_rise": 0.0011, "pain_rises": 1e-9, "weekly_pain_rise": 0.0011, "sessions_7d": 1e-9,
    "adherence_14d": 0.0011, "effusion_course": none,
} %}
select patient_key, episode_id, 'decision_inputs' as name, unnest(fields, recursive := true)
from (
    select
        patient_key,
        episode_id,
        [
            {{ beside("place || ': the session that it judged'", "decided_at", "if(is_found, decided_at, null)") }}
            {%- for name, within in own.items() %},
            {{ beside("place || '.inputs." ~ name ~ "'", "if(is_found, inputs." ~ name ~ ", null)",
                "if(is_found, " ~ name ~ ", null)", within) }}
            {%- endfor %}
            {%- for name, within in of_others.items() %},
            {%- set asked = "is_found and (inputs." ~ name ~ " is not null or (not has_sections and '" ~ name
                ~ "' in signals))" %}
            {{ beside("place || '.inputs." ~ name ~ "'", "if(" ~ asked ~ ", inputs." ~ name ~ ", null)",
                "if(" ~ asked ~ ", " ~ name ~ ", null)", within) }}
            {%- endfor %}
        ] as fields
    from {{ ref("int_parity__signal") }}
)

-- Reports of symptoms, each with its episode and its session.
{{ events_of_session("stg_events__symptom_reported", is_set=false) }}

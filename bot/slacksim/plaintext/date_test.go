package plaintext

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDates(t *testing.T) {
	r := Renderer{Zone: time.FixedZone("CST", 8*3600), Now: time.Unix(1700000000, 0)}
	for format, want := range map[string]string{
		"{date}": "November 15th, 2023", "{date_long}": "Wednesday, November 15th, 2023",
		"{date_short_pretty}": "today", "{date_slash}": "11/15/2023", "{time}": "06:13", "{nonsense}": "{nonsense}",
	} {
		assert.Equal(t, want, r.date(1700000000, format))
	}
	assert.Equal(t, "yesterday", r.date(1700000000-86400, "{date_pretty}"))
	assert.Equal(t, "tomorrow", r.date(1700000000+86400, "{date_pretty}"))
	for day, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 30: "30th"} {
		assert.Equal(t, want, ordinal(day))
	}
}
